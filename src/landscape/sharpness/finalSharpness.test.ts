import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT_ROOT } from '../../files/projectRoot';
import { CIFAR_LAYOUTS, loadCifar } from '../../data/cifar';
import type { Dataset } from '../../data/dataset';
import { balancedSubset } from '../../data/subset';
import { syntheticDataset } from '../../data/synthetic';
import { tensorCount } from '../../engine/tensor';
import { createModel } from '../../models/create';
import { train } from '../../train/loop';
import { disposeNetwork } from '../../train/network';
import type { TrainingSettings } from '../../train/settings';
import { TEST_SETTINGS } from '../../train/testing/settings';
import { networkLoss } from '../networkLoss';
import { splitIntoGroups, mSharpness } from './mSharpness';
import { samSharpness } from './samSharpness';

/** Forty images, few enough to be memorised. */
const IMAGES_PER_CLASS = 4;
const SETTINGS: TrainingSettings = { ...TEST_SETTINGS, batchSize: 20, flip: false, cropPadding: 0, cutout: 0 };
const SEEDS = [0, 1, 2];

/** Epochs and radius: chosen on seeds 100 to 102, which the tests do not use, so that both methods learn all images. */
type Budget = Pick<TrainingSettings, 'epochs' | 'rho'>;
const EMBEDDED: Budget = { epochs: 25, rho: 0.1 };
const CIFAR: Budget = { epochs: 40, rho: 0.05 };

/**
 * Where training ends: its last error, and the m-sharpness of that point, the increase of the loss that SAM minimises: on groups
 * of a batch's size, each normalised by its own moments, at SAM's perturbation. As elsewhere the loss is measured
 * without label smoothing.
 */
async function finalPoint(method: 'sgd' | 'sam', images: Dataset, seed: number, budget: Budget): Promise<{ readonly error: number; readonly sharpness: number }> {
  const trainingSet = balancedSubset(images, { imagesPerClass: IMAGES_PER_CLASS, seed });
  const model = createModel(SETTINGS.model, SETTINGS.stem, 10);
  const { network, history } = await train({ model, settings: { ...SETTINGS, ...budget, method, seed }, trainingSet });
  const groups = splitIntoGroups(trainingSet, SETTINGS.batchSize).map((group) => networkLoss(model, network, group, { normalization: SETTINGS.normalization, batchNorm: 'batch' }));
  const { sharpness } = await mSharpness(groups, (group) => samSharpness(group, network.parameters, { rho: budget.rho }));
  disposeNetwork(network);
  return { error: history.at(-1)!.trainTop1Error, sharpness };
}

/** Trains both methods from the same seeds: SAM has to end flatter each time. */
async function expectFlatter(images: Dataset, budget: Budget): Promise<void> {
  const before = tensorCount();
  for (const seed of SEEDS) {
    const [sgd, sam] = [await finalPoint('sgd', images, seed, budget), await finalPoint('sam', images, seed, budget)];
    assert.deepEqual([sgd.error, sam.error], [0, 0], `seed ${seed}: images are left unlearnt, so that these are no minima`);
    assert.ok(sam.sharpness < sgd.sharpness, `seed ${seed}: SAM ${sam.sharpness}, SGD ${sgd.sharpness}`);
  }
  assert.equal(tensorCount(), before);
}

void test('on embedded images ResNet-20 trained with SAM has lower m-sharpness than with SGD, for each of three seeds', async () => {
  await expectFlatter(syntheticDataset(10, { trainPerClass: 4 * IMAGES_PER_CLASS, testPerClass: 1 }).train, EMBEDDED);
});

const DATA = join(PROJECT_ROOT, 'data');
const missing = existsSync(join(DATA, CIFAR_LAYOUTS.cifar10.folder)) ? false : 'CIFAR-10 is not in data';
void test('on CIFAR-10 too', { skip: missing }, async () => {
  await expectFlatter((await loadCifar('cifar10', DATA)).train, CIFAR);
});
