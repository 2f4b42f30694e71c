import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectOp, opCases, weightedSum } from '../testing/opCase';
import { add, addRelu, relu } from './activation';
import { valueAndGradient } from './tape';
import { scope, tensor } from './tensor';

test('relu and its gradient are PyTorch\'s', () => {
  opCases('relu').forEach((one) => expectOp(one, ({ x }) => ({ y: relu(x!) })));
});

test('relu of a sum and its gradients are PyTorch\'s', () => {
  opCases('addRelu').forEach((one) => expectOp(one, ({ a, b }) => ({ y: addRelu(a!, b!) })));
});

test('the derivative of relu at 0 is 0', () => {
  scope(() => {
    const x = tensor([-1, 0, 2], [3]);
    const { value, gradients } = valueAndGradient([x], () => ({ loss: weightedSum(relu(x), tensor([1, 10, 100], [3])), auxiliary: undefined }));
    assert.equal(value, 200);
    assert.deepEqual([...gradients[0]!.values()], [0, 0, 100]);
  });
});

test('terms of different shapes are refused', () => {
  scope(() => {
    assert.throws(() => add(tensor([1, 2], [2]), tensor([1, 2], [1, 2])), { name: 'RangeError', message: 'add: shapes [2] and [1, 2] differ.' });
  });
});
