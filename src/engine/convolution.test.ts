import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../testing/expectAllClose';
import { expectOp, hashedTensor, opCases, weightedSum } from '../testing/opCase';
import { conv2d, reshape, subsample } from './convolution';
import { valueAndGradient } from './tape';
import { scope, tensor } from './tensor';

test('convolutions and their gradients are PyTorch\'s, for every kernel, stride, padding and size of map', () => {
  const cases = opCases('conv2d');
  assert.equal(cases.length, 46);
  for (const one of cases) {
    expectOp(one, ({ x, filter }, options) => ({ y: conv2d(x!, filter!, options) }));
  }
});

test('taking every second pixel, and its gradient, are PyTorch\'s', () => {
  for (const one of opCases('subsample')) {
    expectOp(one, ({ x }, { stride }) => ({ y: subsample(x!, stride!) }));
  }
});

test('a convolution by hand: a filter that shifts by one pixel', () => {
  scope(() => {
    // Only the tap right of the centre is set, so that each output is its right neighbour, and 0 past the edge.
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const filter = tensor([0, 0, 0, 0, 0, 1, 0, 0, 0], [3, 3, 1, 1]);
    assert.deepEqual([...conv2d(x, filter, { padding: 1 }).values()], [2, 3, 0, 5, 6, 0, 8, 9, 0]);
    assert.deepEqual([...conv2d(x, filter).values()], [6]);
    const small = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
    assert.deepEqual([...conv2d(small, filter, { padding: 1 }).values()], [2, 0, 4, 0]);
  });
});

test('the gradient of the filter alone is the same as with that of the input', () => {
  scope(() => {
    for (const [size, kernel, stride] of [[6, 3, 1], [6, 3, 2], [2, 3, 1], [6, 1, 2]] as const) {
      const x = hashedTensor('x', [2, size, size, 3]);
      const filter = hashedTensor('filter', [kernel, kernel, 3, 4]);
      const forward = () => {
        const y = conv2d(x, filter, { stride, padding: (kernel - 1) / 2 });
        return { loss: weightedSum(y, hashedTensor('c', y.shape)), auxiliary: undefined };
      };
      const [alone] = valueAndGradient([filter], forward).gradients;
      const [, together] = valueAndGradient([x, filter], forward).gradients;
      expectAllClose(alone!, together!, {});
    }
  });
});

test('numbers of channels and elements that do not fit are refused', () => {
  scope(() => {
    const x = tensor(new Float32Array(12), [1, 2, 2, 3]);
    const filter = tensor(new Float32Array(36), [3, 3, 4, 1]);
    assert.throws(() => conv2d(x, filter, { padding: 1 }), { name: 'RangeError', message: 'conv2d: the filter expects 4 channels, the input has 3.' });
    assert.throws(() => reshape(x, [5]), { name: 'RangeError', message: 'reshape: [1, 2, 2, 3] has 12 elements, [5] has 5.' });
  });
});
