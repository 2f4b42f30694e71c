import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../testing/expectAllClose';
import { expectNormalization } from '../testing/normalization';
import { batchNormalizeTraining } from './batchNormalization';
import { scope, tensor, tensorCount } from './tensor';

test('training: value, running statistics and gradients are PyTorch\'s', () => {
  expectNormalization('training');
});

test('evaluation: value and gradients are PyTorch\'s', () => {
  expectNormalization('evaluation');
});

test('by hand: the values 0, 2, 4, 6 of one channel', () => {
  // Mean 3; variance (9 + 1 + 1 + 9) / 4 = 5, unbiased 20 / 3. With scale 2, shift 1 and epsilon 4: 2 (x - 3) / 3 + 1.
  const before = tensorCount();
  scope(() => {
    const x = tensor([0, 2, 4, 6], [4, 1, 1, 1]);
    const norm = { scale: tensor([2], [1]), shift: tensor([1], [1]), epsilon: 4 };
    const old = { mean: tensor([1], [1]), variance: tensor([1], [1]) };
    const { y, running: moved } = batchNormalizeTraining(x, norm, old, 0.25);
    expectAllClose(y, tensor([-1, 1 / 3, 5 / 3, 3], [4, 1, 1, 1]), { absolute: 1e-6 });
    expectAllClose(moved.mean, [0.75 * 1 + 0.25 * 3], { absolute: 1e-6 });
    expectAllClose(moved.variance, [0.75 * 1 + (0.25 * 20) / 3], { absolute: 1e-6 });
    assert.deepEqual([...old.mean.values(), ...old.variance.values()], [1, 1]);
  });
  assert.equal(tensorCount(), before);
});
