import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainingBatches } from '../data/batches';
import { syntheticDataset } from '../data/synthetic';
import { pinKernels } from '../engine/kernelChoice';
import { tensorCount } from '../engine/tensor';
import { totalSize } from '../engine/shape';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { createModel } from '../models/create';
import { fgsm } from '../optim/fgsm';
import { matchingTwoNorm } from '../optim/radius';
import { sam } from '../optim/sam';
import { ascentRows } from './ascentRows';

test('SAM has length rho and costs one gradient; FGSM fills the same ball with one step, stays in it with three, and costs three', () => {
  pinKernels();
  const model = createModel('resnet20', 'cifar', 10);
  const { train } = syntheticDataset(10, { trainPerClass: 1, testPerClass: 1, seed: 0 });
  const [batch] = trainingBatches(train, { batchSize: 10, epoch: 1, seed: 0, normalization: 'half', augmentation: { cropPadding: 0, flip: false, cutout: 0, cutoutPer: 'image' } });
  const before = tensorCount();
  const parameters = initialParameters(model, { seed: 0, zeroInitResidual: false });
  const statistics = initialStatistics(model);
  const rho = 0.05;
  const signs = (steps: number): { name: string; rule: ReturnType<typeof fgsm>; rho: number } => ({ name: `T = ${steps}`, rule: matchingTwoNorm(fgsm({ steps }), Infinity), rho });
  const [one, t1, t3] = ascentRows([{ name: 'SAM', rule: sam(), rho }, signs(1), signs(3)], { model, parameters, statistics, batch: batch! });
  const d = totalSize(model.parameters);
  assert.ok(Math.abs(one!.length - rho) < 1e-6 && Math.abs(t1!.length - rho) < 1e-3 * rho);
  for (const { largest } of [t1!, t3!]) {
    assert.ok(largest <= (rho / Math.sqrt(d)) * (1 + 1e-5), `largest ${largest}`);
  }
  assert.deepEqual([one, t1, t3].map((row) => row!.gradients), [1, 1, 3]);
  assert.ok(one!.rise > 0 && one!.rise > t1!.rise, 'in a ball of the 2-norm, none ascends faster than the gradient');
  parameters.dispose();
  disposeStatistics(statistics);
  assert.equal(tensorCount(), before);
});
