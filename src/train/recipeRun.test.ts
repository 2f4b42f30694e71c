import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { firstExamples } from '../data/batches';
import { tensorCount } from '../engine/tensor';
import { sequential } from '../models/combine';
import { fastNetwork } from '../models/fast';
import { initialParameters } from '../models/initialise';
import { network } from '../models/layer';
import { flatten, linear } from '../models/layers';
import { evaluate } from './evaluate';
import { train } from './loop';
import { disposeNetwork } from './network';
import type { TrainingSettings } from './settings';
import { TEST_SETTINGS, testImages } from './testing/settings';
import { signalWhen } from '../testing/signalWhen';
import type { TrainingInput } from './trainingInput';
import type { TrainingOutcome } from './trainingRun';

const folder = mkdtempSync(join(tmpdir(), 'samlab-recipe-'));
after(() => rmSync(folder, { recursive: true }));

const images = testImages();

/** Two and a half epochs of two steps each, with the incomplete batch of one image dropped. */
const RECIPE: TrainingSettings = {
  ...TEST_SETTINGS, model: 'fast', method: 'sam', epochs: 2.5, batchSize: 8, lastBatch: 'drop', cropPadding: 2, cropBorder: 'reflect', autoAugment: 'cifar10', flipMode: 'alternating', cutout: 0,
  learningRate: 11.5, weightDecay: 0.0153, decoupled: true, momentum: 0.85, normShiftRate: 64, freeze: 'whiten.weight,whiten.bias@1', schedule: 'triangular',
  lookaheadEvery: 2, labelSmoothing: 0.2, testAugmentation: 'mirrorAndShift',
};

function input(changes: Partial<TrainingSettings> = {}): TrainingInput {
  return { model: fastNetwork(10), settings: { ...RECIPE, ...changes }, trainingSet: images.train, heldOut: images.test };
}

function numbersOf({ network: trained, history, gradientEvaluations }: TrainingOutcome): unknown {
  const numbers = {
    parameters: trained.parameters.toArrays(),
    statistics: trained.statistics.map(({ mean, variance }) => [mean.values(), variance.values()]),
    history: history.map((record) => ({ ...record, seconds: 0 })),
    gradientEvaluations,
  };
  disposeNetwork(trained);
  return numbers;
}

void test('a run with the whole recipe, stopped at any of its five steps and resumed, equals an unbroken one, bit for bit', async () => {
  const before = tensorCount();
  const outcome = await train(input());
  assert.deepEqual([outcome.status, outcome.gradientEvaluations, outcome.history.length], ['finished', 10, 3]);
  const unbroken = numbersOf(outcome);
  const checkpoint = { file: join(folder, 'resumed.safetensors'), everySeconds: 1e9, fingerprint: 'a' };
  let afterFour: unknown;
  for (let stop = 0; stop < 5; stop++) {
    let steps = 0;
    const stopped = await train({ ...input(), checkpoint, onProgress: () => steps++, signal: signalWhen(() => steps === 1) });
    assert.equal(stopped.status, 'stopped');
    if (stop === 3) {
      // Lookahead has just set the fast weights to the slow ones, which remain until the end: the fifth step moves only the fast ones.
      afterFour = stopped.network.parameters.toArrays();
    }
    disposeNetwork(stopped.network);
  }
  assert.deepEqual((unbroken as { readonly parameters: unknown }).parameters, afterFour);
  assert.deepEqual(numbersOf(await train({ ...input(), checkpoint })), unbroken);
  assert.equal(tensorCount(), before);
});

void test('frozen parameters stay as they are, to the bit, from the epoch that is named', async () => {
  const trainedFor = async (epochs: number): Promise<Map<string, Float32Array>> => {
    const { model } = input();
    const { network: trained } = await train(input({ epochs, lookaheadEvery: 0, schedule: 'constant', warmupEpochs: 0 }));
    const arrays = trained.parameters.toArrays();
    disposeNetwork(trained);
    return new Map(model.parameters.map(({ name }, index) => [name, arrays[index]!]));
  };
  const model = fastNetwork(10);
  const start = initialParameters(model, { ...RECIPE, examples: (count) => firstExamples(images.train, 'half', count) });
  const [weight, bias] = start.toArrays();
  start.dispose();
  const [one, two] = [await trainedFor(1), await trainedFor(2)];
  assert.deepEqual([one.get('whiten.weight'), two.get('whiten.weight')], [weight, weight]);
  assert.notDeepEqual(one.get('whiten.bias'), bias);
  assert.deepEqual(two.get('whiten.bias'), one.get('whiten.bias'));
  assert.notDeepEqual(two.get('group1.conv1.weight'), one.get('group1.conv1.weight'));
});

void test('settings that the network has no use for are refused before anything moves, and nothing is left behind', async () => {
  const before = tensorCount();
  const model = network({ name: 'flat', inputShape: [32, 32, 3], layers: sequential({ flat: flatten(), head: linear({ outputs: 10 }) }) });
  await assert.rejects(train({ ...input({ freeze: '' }), model }), /normShiftRate is 64, but the network has no parameter of that kind/);
  await assert.rejects(train({ ...input({ normShiftRate: 1 }), model }), /freeze names "whiten.weight"/);
  await assert.rejects(train(input({ batchSize: 21 })), /expected batches of at most 20 images/);
  assert.equal(tensorCount(), before);
});

void test('averaged logits of constant images equal those of a single view; those of other images differ by mirroring', async () => {
  // Weights sum to 1, and a constant image has no other mirror image or shift.
  const model = network({ name: 'flat', inputShape: [32, 32, 3], layers: sequential({ flat: flatten(), head: linear({ outputs: 10 }) }) });
  const parameters = initialParameters(model, { seed: 0, zeroInitResidual: false });
  const grey = { ...images.test, images: images.test.images.map((_, index) => 20 * Math.floor(index / 3072)) };
  const [plain, averaged] = [await evaluate(model, { parameters, statistics: [] }, grey, 'half'), await evaluate(model, { parameters, statistics: [] }, grey, 'half', { augmentation: 'mirrorAndShift' })];
  // 3,072 products below 1/50 in single precision.
  assert.ok(Math.abs(plain.loss - averaged.loss) < 1e-5);
  const [own, other] = [await evaluate(model, { parameters, statistics: [] }, images.test, 'half'), await evaluate(model, { parameters, statistics: [] }, images.test, 'half', { augmentation: 'mirror' })];
  assert.ok(Math.abs(own.loss - other.loss) > 1e-4, 'mirroring does nothing');
  parameters.dispose();
});
