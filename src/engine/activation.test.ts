import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../testing/expectAllClose';
import { expectOp, hashedTensor, opCases, weightedSum } from '../testing/opCase';
import { add, addRelu, gelu, multiplyBy, relu, tanh } from './activation';
import { cast } from './precision';
import { valueAndGradient } from './tape';
import { scope, tensor } from './tensor';

test('relu and its gradient are PyTorch\'s', () => {
  opCases('relu').forEach((one) => expectOp(one, ({ x }) => ({ y: relu(x!) })));
});

test('relu of a sum and its gradients are PyTorch\'s', () => {
  opCases('addRelu').forEach((one) => expectOp(one, ({ a, b }) => ({ y: addRelu(a!, b!) })));
});

test('gelu and its gradient are PyTorch\'s, in either precision', () => {
  opCases('gelu').forEach((one) => expectOp(one, ({ x }) => ({ y: gelu(multiplyBy(x!, 3)) })));
  const [one] = opCases('gelu');
  scope(() => {
    const x = multiplyBy(hashedTensor(`${one!.name}/x`, one!.shape), 3);
    // bfloat16 has 8 bits: the input is off by up to 2^-8 of its 3, the output by as much again.
    expectAllClose(cast(gelu(cast(x, 'bfloat16')), 'float32').values(), one!.y, { absolute: 2 * 3 * 2 ** -8 });
  });
});

test('gelu far from 0 is x or 0, and its derivative 1 or 0', () => {
  scope(() => {
    const x = tensor([-1e4, -40, 0, 40, 1e4], [5]);
    const { value, gradients } = valueAndGradient([x], () => ({ loss: weightedSum(gelu(x), tensor([1, 1, 1, 1, 1], [5])), auxiliary: undefined }));
    assert.equal(value, 10_040);
    assert.deepEqual([...gradients[0]!.values()], [0, 0, 0.5, 1, 1]);
  });
});

test('a multiple and its gradient are PyTorch\'s', () => {
  opCases('multiplyBy').forEach((one) => expectOp(one, ({ x }, { factor }) => ({ y: multiplyBy(x!, factor!) })));
});

test('the derivative of relu at 0 is 0', () => {
  scope(() => {
    const x = tensor([-1, 0, 2], [3]);
    const { value, gradients } = valueAndGradient([x], () => ({ loss: weightedSum(relu(x), tensor([1, 10, 100], [3])), auxiliary: undefined }));
    assert.equal(value, 200);
    assert.deepEqual([...gradients[0]!.values()], [0, 0, 100]);
  });
});

test('tanh and its derivative 1 - tanh² are those of double precision', () => {
  scope(() => {
    const places = [-30, -1, 0, 0.25, 2];
    const x = tensor(places, [5]);
    expectAllClose(tanh(x).values(), places.map(Math.tanh), { absolute: 1e-6 });
    const { gradients } = valueAndGradient([x], () => ({ loss: weightedSum(tanh(x), tensor([1, 10, 100, 1000, 1], [5])), auxiliary: undefined }));
    expectAllClose(gradients[0]!.values(), places.map((place, index) => [1, 10, 100, 1000, 1][index]! / Math.cosh(place) ** 2), { relative: 1e-5, absolute: 1e-6 });
  });
});

test('terms of different shapes are refused', () => {
  scope(() => {
    assert.throws(() => add(tensor([1, 2], [2]), tensor([1, 2], [1, 2])), { name: 'RangeError', message: 'add: shapes [2] and [1, 2] differ.' });
  });
});
