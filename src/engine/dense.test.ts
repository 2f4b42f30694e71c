import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectOp, opCases } from '../testing/opCase';
import { addBias, matMul } from './dense';
import { scope, tensor } from './tensor';

test('an affine layer and its gradients are PyTorch\'s', () => {
  opCases('affine').forEach((one) => expectOp(one, ({ x, weight, bias }) => ({ y: addBias(matMul(x!, weight!), bias!) })));
});

test('a bias on maps and its gradients are PyTorch\'s', () => {
  opCases('mapBias').forEach((one) => expectOp(one, ({ x, bias }) => ({ y: addBias(x!, bias!) })));
});

test('a product by hand', () => {
  scope(() => {
    const y = matMul(tensor([1, 2, 3, 4, 5, 6], [2, 3]), tensor([1, 0, 0, 1, 2, 2], [3, 2]));
    assert.deepEqual(y.shape, [2, 2]);
    assert.deepEqual([...y.values()], [7, 8, 16, 17]);
  });
});

test('factors that do not fit are refused', () => {
  scope(() => {
    const a = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    assert.throws(() => matMul(a, a), { name: 'RangeError', message: 'matMul: cannot multiply [2, 3] by [2, 3].' });
    assert.throws(() => matMul(a, tensor([1, 2, 3], [3])), { name: 'RangeError', message: 'matMul: cannot multiply [2, 3] by [3].' });
  });
});
