import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashedTensor } from '../testing/opCase';
import { addRelu, gelu, multiplyBy, relu } from './activation';
import { batchNormalizeEvaluation, batchNormalizeTraining } from './batchNormalization';
import { padChannels } from './channels';
import { conv2d, reshape, subsample } from './convolution';
import { smoothedTargets, softmaxCrossEntropy } from './crossEntropy';
import { addBias, matMul } from './dense';
import { globalAveragePool, maxPool, maxPool3x3Stride2 } from './pooling';
import { tensorCount, type Tensor } from './tensor';

const images = hashedTensor('images', [2, 6, 6, 4]);
const small = hashedTensor('small', [2, 2, 2, 4]);
const filter = hashedTensor('filter', [3, 3, 4, 5]);
const pointwise = hashedTensor('pointwise', [1, 1, 4, 5]);
const rows = hashedTensor('rows', [3, 4]);
const matrix = hashedTensor('matrix', [4, 4]);
const channels = hashedTensor('channels', [4]);
const targets = smoothedTargets([0, 1, 2], 4, 0.1);
const norm = { scale: channels, shift: channels, epsilon: 1 };
const running = { mean: channels, variance: relu(channels) };

const ops: Readonly<Record<string, () => Tensor>> = {
  'convolution': () => conv2d(images, filter, { padding: 1 }),
  'convolution of stride 2': () => conv2d(images, filter, { stride: 2, padding: 1 }),
  'convolution of a small map': () => conv2d(small, filter, { padding: 1 }),
  'convolution of a small map to one position': () => conv2d(small, filter, { stride: 2, padding: 1 }),
  'pointwise convolution': () => conv2d(images, pointwise),
  'pointwise convolution of stride 2': () => conv2d(images, pointwise, { stride: 2 }),
  'subsample': () => subsample(images, 2),
  'reshape': () => reshape(rows, [12]),
  'batch norm in evaluation': () => batchNormalizeEvaluation(images, norm, running),
  'relu': () => relu(rows),
  'gelu': () => gelu(rows),
  'multiple': () => multiplyBy(rows, 3),
  'add and relu': () => addRelu(rows, rows),
  'max-pool': () => maxPool3x3Stride2(images),
  'max-pool of 2x2': () => maxPool(images, { size: 2, stride: 2 }),
  'global average pool': () => globalAveragePool(images),
  'matrix product': () => matMul(rows, matrix),
  'bias': () => addBias(rows, channels),
  'cross-entropy': () => softmaxCrossEntropy(rows, targets),
  'pad channels': () => padChannels(images, 1, 2),
  'targets': () => smoothedTargets([1, 2], 3, 0.1),
};

for (const [name, op] of Object.entries(ops)) {
  test(`outside a gradient and a scope, only the result stays: ${name}`, () => {
    const before = tensorCount();
    const result = op();
    assert.equal(tensorCount(), before + 1);
    result.dispose();
  });
}

test('outside a gradient and a scope, batch norm in training leaves the result and two statistics', () => {
  const before = tensorCount();
  const { y, running: moved } = batchNormalizeTraining(images, norm, running, 0.1);
  assert.equal(tensorCount(), before + 3);
  [y, moved.mean, moved.variance].forEach((made) => made.dispose());
});
