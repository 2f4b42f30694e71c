import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlainVector } from '../engine/plainVector';
import { tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Vector } from '../engine/vector';
import { expectAllClose } from '../testing/expectAllClose';
import { clientWeights, serverStep } from './server';

function native(...elements: readonly number[]): TensorVector {
  return TensorVector.from([{ name: 'w', kind: 'weight', shape: [elements.length] }], [Float32Array.from(elements)]);
}

function elementsOf(vector: Vector): number[] {
  return vector.toArrays().flatMap((array) => [...array]);
}

test('clients weigh by their numbers of images, and the weights add up to 1', () => {
  assert.deepEqual(clientWeights([1, 3]), [0.25, 0.75]);
  assert.deepEqual(clientWeights([7]), [1]);
  assert.deepEqual(clientWeights([]), []);
  for (const sizes of [[0, 0], [0], [-1, 3], [NaN, 1], [Infinity, 1]]) {
    assert.throws(() => clientWeights(sizes), { name: 'RangeError', message: /^clientWeights: expected the clients' numbers of images, with one image or more among them, got \[/ });
  }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 2, max: 10_000 }), { minLength: 1, maxLength: 30 }), (sizes) => {
      const weights = clientWeights(sizes);
      expectAllClose([weights.reduce((sum, weight) => sum + weight, 0)], [1], { relative: 1e-12 });
      assert.ok(weights.every((weight, index) => Math.abs(weight / weights[0]! - sizes[index]! / sizes[0]!) < 1e-9 * (sizes[index]! / sizes[0]!)));
    }),
  );
});

test("the server's step by hand: half way to the average, and the clients' mean gradient", () => {
  // w = (8, -4), average (4, 0): half way is (6, -2). The way back, (4, -4), took K learningRate = 4 x .5 = 2.
  for (const make of [(...elements: number[]) => PlainVector.of(...elements), native] as readonly ((...elements: number[]) => Vector)[]) {
    const before = tensorCount();
    const state = { parameters: make(8, -4), direction: make(100, 100) };
    const average = make(4, 0);
    const next = serverStep(state, { average, localSteps: 4, learningRate: 0.5, serverLearningRate: 0.5 });
    assert.deepEqual([next.parameters, next.direction].map(elementsOf), [[6, -2], [2, -2]]);
    assert.deepEqual([state.parameters, state.direction, average].map(elementsOf), [[8, -4], [100, 100], [4, 0]]);
    [state.parameters, state.direction, average, next.parameters, next.direction].forEach((vector) => vector.dispose());
    assert.equal(tensorCount(), before);
  }
});

test('with a server learning rate of 1 the new parameters are the average to the bit', () => {
  const elements = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(elements, fc.double({ min: -1e3, max: 1e3, noNaN: true }), (values, start) => {
      const average = PlainVector.of(...values);
      const state = { parameters: PlainVector.of(...values.map(() => start)), direction: average.zeros() };
      const next = serverStep(state, { average, localSteps: 3, learningRate: 0.1, serverLearningRate: 1 });
      assert.ok(elementsOf(next.parameters).every((element, index) => element === values[index]));
    }),
  );
});

test('FedAvg of two clients by hand', () => {
  // (w - 4)^2 / 2 with 1 image and (w + 4)^2 / 2 with 3, from 0, two steps at rate .5: 0, 2, 3 and 0, -2, -3.
  const walk = (minimum: number): number => [1, 2].reduce((w) => w - 0.5 * (w - minimum), 0);
  assert.deepEqual([walk(4), walk(-4)], [3, -3]);
  const [first, second] = clientWeights([1, 3]) as [number, number];
  const average = PlainVector.of(walk(4)).times(first);
  average.addScaledInPlace(PlainVector.of(walk(-4)), second);
  const next = serverStep({ parameters: PlainVector.of(0), direction: PlainVector.of(0) }, { average, localSteps: 2, learningRate: 0.5, serverLearningRate: 1 });
  assert.deepEqual(elementsOf(next.parameters), [-1.5]);
  // Their gradients were -4, -2 and 4, 2: on average (-3 + 3 x 3) / 4.
  assert.deepEqual(elementsOf(next.direction), [1.5]);
});
