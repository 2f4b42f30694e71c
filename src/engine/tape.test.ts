import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../testing/expectAllClose';
import { weightedSum } from '../testing/opCase';
import { add, relu } from './activation';
import { conv2d, reshape } from './convolution';
import { addBias, matMul } from './dense';
import { isRecording, valueAndGradient } from './tape';
import { release, scope, tensor, tensorCount, type Tensor } from './tensor';
import { TensorVector } from './tensorVector';

const nothing = { auxiliary: undefined };

/** Asserts that `body` leaves as many tensors as it found. */
function leavingNothing(body: () => void): void {
  const before = tensorCount();
  scope(body);
  assert.equal(tensorCount(), before);
}

test('a tensor that is used more than once gets the sum of its gradients', () => {
  leavingNothing(() => {
    // f = c . (a + a + relu(a)) has the gradient c (2 + [a > 0]).
    const a = tensor([3, -1], [2]);
    const { value, gradients } = valueAndGradient([a], () => ({ loss: weightedSum(add(add(a, a), relu(a)), tensor([1, 10], [2])), ...nothing }));
    assert.equal(value, 9 - 20);
    assert.deepEqual([...gradients[0]!.values()], [3, 20]);
  });
});

test('parameters whose gradients are equal still get a tensor each', () => {
  leavingNothing(() => {
    const [a, b] = [tensor([1, 2], [2]), tensor([3, 4], [2])];
    const { gradients } = valueAndGradient([a, b], () => ({ loss: weightedSum(add(a, b), tensor([5, 6], [2])), ...nothing }));
    const spec = (name: string) => ({ name, kind: 'weight', shape: [2] }) as const;
    const vector = new TensorVector([spec('a'), spec('b')], gradients);
    vector.addScaledInPlace(vector.times(1), 1);
    assert.deepEqual(vector.toArrays().map((array) => [...array]), [[10, 12], [10, 12]]);
    vector.dispose();
  });
});

test('the value and gradient of (w x)^2 by hand', () => {
  leavingNothing(() => {
    // w = 3, x = 2: 36; d/dw = 2 w x^2 = 24.
    const [w, x] = [tensor([3], [1, 1]), tensor([2], [1, 1])];
    const forward = () => {
      const product = matMul(w, x);
      const square = matMul(product, product);
      release(product);
      return { loss: square, ...nothing };
    };
    const { value, gradients } = valueAndGradient([w], forward);
    assert.deepEqual([value, ...gradients[0]!.values()], [36, 24]);
  });
});

test('tensors returned by the forward pass are kept, for the caller to free', () => {
  const before = tensorCount();
  const w = tensor([3], [1, 1]);
  const { gradients, auxiliary } = valueAndGradient([w], () => ({ loss: matMul(w, w), auxiliary: tensor([7], [1]) }), (kept) => [kept]);
  assert.equal(auxiliary.scalar(), 7);
  assert.equal(tensorCount(), before + 3);
  [w, auxiliary, ...gradients].forEach((made) => made.dispose());
  assert.equal(tensorCount(), before);
});

test('nothing is recorded outside, and parameters are as before afterwards', () => {
  leavingNothing(() => {
    const w = tensor([3], [1, 1]);
    assert.equal(isRecording(), false);
    valueAndGradient([w], () => {
      assert.equal(isRecording(), true);
      return { loss: matMul(w, w), ...nothing };
    });
    assert.deepEqual([isRecording(), w.tracked, w.saves, w.released], [false, false, 0, false]);
    assert.equal(matMul(w, w).tracked, false);
  });
});

/** A small network that can fail in the middle. */
function smallNetwork(x: Tensor, filter: Tensor, weight: Tensor, bias: Tensor, between: () => void): Tensor {
  const maps = conv2d(x, filter, { padding: 1 });
  const active = relu(maps);
  release(maps);
  const sampled = conv2d(active, filter, { stride: 2, padding: 1 });
  between();
  return weightedSum(addBias(matMul(reshape(sampled, [2, 8]), weight), bias), tensor(new Float32Array(6).fill(1), [2, 3]));
}

test('a forward pass that throws leaves no tensor, and the next one is right', () => {
  leavingNothing(() => {
    const x = tensor(Float32Array.from({ length: 64 }, (_, index) => Math.sin(index)), [2, 4, 4, 2]);
    const parameters = [tensor(new Float32Array(36).fill(0.1), [3, 3, 2, 2]), tensor(new Float32Array(24).fill(0.2), [8, 3]), tensor([1, 2, 3], [3])] as const;
    const [filter, weight, bias] = parameters;
    const step = (between: () => void) => valueAndGradient(parameters, () => ({ loss: smallNetwork(x, filter, weight, bias, between), ...nothing }));
    const before = tensorCount();
    const expected = step(() => undefined);
    for (let round = 0; round < 3; round++) {
      assert.throws(() => step(() => { throw new Error('in the middle'); }), { message: 'in the middle' });
      assert.equal(tensorCount(), before + expected.gradients.length);
      assert.deepEqual([x, ...parameters].map(({ tracked, saves, released }) => [tracked, saves, released]), Array(4).fill([false, 0, false]));
    }
    const again = step(() => undefined);
    assert.equal(again.value, expected.value);
    again.gradients.forEach((gradient, index) => expectAllClose(gradient, expected.gradients[index]!, {}));
  });
});

test('a parameter without influence is named, and no tensor is left', () => {
  const [w, idle] = [tensor([3], [1, 1]), tensor([1, 2], [2])];
  leavingNothing(() => {
    assert.throws(() => valueAndGradient([w, idle], () => ({ loss: matMul(w, w), ...nothing })), {
      message: 'valueAndGradient: parameter 1 of shape [2] does not influence the loss.',
    });
  });
  [w, idle].forEach((made) => made.dispose());
});

test('calls do not nest', () => {
  leavingNothing(() => {
    const w = tensor([3], [1, 1]);
    const inner = () => ({ loss: matMul(w, w), ...nothing });
    assert.throws(() => valueAndGradient([w], () => ({ ...inner(), auxiliary: valueAndGradient([w], inner) })), {
      message: 'valueAndGradient: calls do not nest; take second derivatives along a direction, with `withTangents`.',
    });
    assert.equal(valueAndGradient([w], inner).value, 9);
  });
});

test('a loss that is not a scalar is refused', () => {
  leavingNothing(() => {
    const w = tensor([1, 2], [2]);
    assert.throws(() => valueAndGradient([w], () => ({ loss: relu(w), ...nothing })), /^Error: valueAndGradient: expected a loss of one element, got shape \[2\]/);
  });
});
