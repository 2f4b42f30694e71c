import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec, Vector } from '../engine/vector';
import type { Optimizer } from './optimizer';
import { sgd, type SgdSettings } from './sgd';

const specs: readonly ParameterSpec[] = [
  { name: 'conv1.weight', kind: 'weight', shape: [2] },
  { name: 'bn1.weight', kind: 'normScale', shape: [1] },
  { name: 'bn1.bias', kind: 'normShift', shape: [1] },
  { name: 'fc.bias', kind: 'bias', shape: [1] },
];

/** Weights 1 and -2, scale 4, shift 8, bias 16, in double and in single precision. */
function start(): readonly Vector[] {
  const elements = [[1, -2], [4], [8], [16]];
  return [new PlainVector(specs, elements.map((values) => Float64Array.from(values))), TensorVector.from(specs, elements.map((values) => Float32Array.from(values)))];
}

/** Steps along gradients that are everywhere the same number. All numbers are sums of powers of two, hence exact. */
function walk(vector: Vector, settings: SgdSettings, gradients: readonly number[], learningRate: number): number[] {
  const optimizer: Optimizer<Vector, Vector> = sgd(settings);
  let current = { parameters: vector, state: optimizer.init(vector) };
  for (const value of gradients) {
    const ones = vector.absPower(0);
    const gradient = ones.times(value);
    current = optimizer.update(current.parameters, gradient, current.state, learningRate);
    [ones, gradient].forEach((made) => made.dispose());
  }
  const elements = current.parameters.toArrays().flatMap((array) => [...array]);
  [current.parameters, current.state].forEach((made) => made.dispose());
  return elements;
}

const none = { momentum: 0, nesterov: false, weightDecay: 0 };

test('gradient descent by hand', () => {
  const before = tensorCount();
  for (const vector of start()) {
    assert.deepEqual(walk(vector, none, [2, 4], 0.5), [1 - 3, -2 - 3, 4 - 3, 8 - 3, 16 - 3]);
  }
  assert.equal(tensorCount(), before);
});

test('momentum by hand: v = 2, then 1/2 * 2 + 4 = 5', () => {
  for (const vector of start()) {
    assert.equal(walk(vector, { ...none, momentum: 0.5 }, [2, 4], 1)[0], 1 - 2 - 5);
  }
  // Nesterov's steps are g + v / 2: 2 + 1, then 4 + 2.5.
  for (const vector of start()) {
    assert.equal(walk(vector, { ...none, momentum: 0.5, nesterov: true }, [2, 4], 1)[0], 1 - 3 - 6.5);
  }
});

test('weight decay by hand: half of w is added to the gradient, and passes through the momentum', () => {
  for (const vector of start()) {
    assert.deepEqual(walk(vector, { ...none, weightDecay: 0.5 }, [0], 1), [0.5, -1, 2, 4, 8]);
  }
  for (const vector of start()) {
    // w = 1: v = .5, w = .5; v = .25 + .25, w = 0.
    assert.equal(walk(vector, { ...none, momentum: 0.5, weightDecay: 0.5 }, [0, 0], 1)[0], 0);
  }
});

test('weight decay acts on the named kinds only', () => {
  for (const vector of start()) {
    assert.deepEqual(walk(vector, { ...none, weightDecay: 0.5, decayKinds: ['weight'] }, [0], 1), [0.5, -1, 4, 8, 16]);
  }
  for (const vector of start()) {
    assert.deepEqual(walk(vector, { ...none, weightDecay: 0.5, decayKinds: ['normShift', 'bias'] }, [0], 1), [1, -2, 4, 4, 8]);
  }
});

test('settings out of range are refused', () => {
  for (const momentum of [-0.1, 1, NaN]) {
    assert.throws(() => sgd({ ...none, momentum }), { name: 'RangeError', message: `sgd: expected momentum in [0, 1), got ${momentum}; 0.9 is usual, and 0 is gradient descent.` });
  }
  for (const weightDecay of [-1e-4, NaN]) {
    assert.throws(() => sgd({ ...none, weightDecay }), { name: 'RangeError', message: `sgd: expected weight decay of 0 or more, got ${weightDecay}; 5e-4 is usual on CIFAR.` });
  }
});
