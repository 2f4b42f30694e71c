import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectOp, opCases } from '../testing/opCase';
import { relu } from './activation';
import { globalAveragePool, maxPool, maxPool3x3Stride2 } from './pooling';
import { scope, tensor } from './tensor';

test('max-pool after a ReLU, and its gradient, are PyTorch\'s', () => {
  opCases('maxPool').forEach((one) => expectOp(one, ({ x }) => ({ y: maxPool3x3Stride2(relu(x!)) })));
});

test('max-pools of any size and stride, and their gradients, are PyTorch\'s', () => {
  opCases('maxPoolWindows').forEach((one) => expectOp(one, ({ x }, { size, stride }) => ({ y: maxPool(x!, { size: size!, stride: stride! }) })));
});

test('windows larger than the map are refused', () => {
  scope(() => {
    assert.throws(() => maxPool(tensor([1, 2, 3, 4], [1, 2, 2, 1]), { size: 3, stride: 1 }), { name: 'RangeError', message: 'maxPool: windows of 3 x 3 do not fit into maps of 2 x 2.' });
  });
});

test('the mean over all positions, and its gradient, are PyTorch\'s', () => {
  opCases('globalAveragePool').forEach((one) => expectOp(one, ({ x }) => ({ y: globalAveragePool(x!) })));
});

test('max-pool by hand: windows around rows and columns 0 and 2', () => {
  scope(() => {
    const x = tensor([9, 1, 2, 3, 4, 5, 6, 7, 8], [1, 3, 3, 1]);
    assert.deepEqual([...maxPool3x3Stride2(x).values()], [9, 5, 7, 8]);
  });
});
