import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { tensorCount } from '../../engine/tensor';
import { initialParameters } from '../../models/initialise';
import { measureCurvature } from './curvature';
import { trainingPoints, type Points } from './data';
import { perceptron } from './model';
import { planeLosses, PLANE_RADIUS, PLANE_SIDE } from './planes';

const HIDDEN = 4;
const POINTS = trainingPoints({ data: 'clouds', points: 40, noise: 0.1, wrong: 0.1, seed: 2 });
const MODEL = perceptron({ hidden: [HIDDEN], activation: 'tanh' });

/** The loss of a perceptron 2-4-2 in double precision, written out: weights [2, 4], biases [4], weights [4, 2], biases [2] in a row. */
function lossAt(w: readonly number[], { places, labels }: Points): number {
  let sum = 0;
  labels.forEach((label, index) => {
    const [x, y] = [places[2 * index]!, places[2 * index + 1]!];
    const hidden = Array.from({ length: HIDDEN }, (_, unit) => Math.tanh(w[unit]! * x + w[HIDDEN + unit]! * y + w[2 * HIDDEN + unit]!));
    const logits = [0, 1].map((label_) => hidden.reduce((total, value, unit) => total + value * w[3 * HIDDEN + 2 * unit + label_]!, w[5 * HIDDEN + label_]!));
    sum += Math.log(Math.exp(logits[0]!) + Math.exp(logits[1]!)) - logits[label]!;
  });
  return sum / labels.length;
}

/** The Hessian by second differences. */
function hessianAt(w: readonly number[]): Matrix {
  const h = 1e-4;
  const moved = (steps: readonly (readonly [number, number])[]): number => lossAt(w.map((value, index) => value + steps.reduce((sum, [at, step]) => sum + (at === index ? step : 0), 0)), POINTS);
  return new Matrix(w.map((_, i) => w.map((__, j) => (moved([[i, h], [j, h]]) - moved([[i, h], [j, -h]]) - moved([[i, -h], [j, h]]) + moved([[i, -h], [j, -h]])) / (4 * h * h))));
}

/** The gradient by differences. */
function gradientAt(w: readonly number[]): readonly number[] {
  const h = 1e-5;
  return w.map((_, at) => (lossAt(w.map((value, index) => value + (index === at ? h : 0)), POINTS) - lossAt(w.map((value, index) => value - (index === at ? h : 0)), POINTS)) / (2 * h));
}

function flat(arrays: readonly ArrayLike<number>[]): number[] {
  return arrays.flatMap((array) => Array.from(array));
}

test('the largest eigenvalue is that of the Hessian by differences, also when another vector was found before; the secant is that of its gradients', async () => {
  const before = tensorCount();
  const drawn = initialParameters(MODEL, { seed: 1, zeroInitResidual: false });
  const w = drawn.times(2);
  drawn.dispose();
  const weights = flat(w.toArrays());
  const { realEigenvalues } = new EigenvalueDecomposition(hessianAt(weights), { assumeSymmetric: true });
  const expected = Math.max(...realEigenvalues);
  let pauses = 0;
  const pause = (): Promise<void> => {
    pauses++;
    return Promise.resolve();
  };
  const first = await measureCurvature(MODEL, w, POINTS, { rho: 0.3, seed: 0, before: undefined, pause });
  // A residual of 1 % leaves an error of its square over the gap; products are in single precision.
  assert.ok(first.converged && Math.abs(first.eigenvalue / expected - 1) < 2e-3, `${first.eigenvalue} instead of ${expected}`);
  assert.ok(pauses >= 6 && Math.abs(first.vector.norm() - 1) < 1e-5);
  const v = flat(first.vector.toArrays());
  const [up, down] = [1, -1].map((side) => gradientAt(weights.map((value, index) => value + side * 0.3 * v[index]!)));
  const secant = v.reduce((sum, value, index) => sum + (value * (up![index]! - down![index]!)) / 0.6, 0);
  assert.ok(Math.abs(first.secant! / secant - 1) < 1e-3, `${first.secant!} instead of ${secant}`);
  const other = w.times(1 / w.norm());
  const again = await measureCurvature(MODEL, w, POINTS, { rho: 0, seed: 0, before: other, pause });
  assert.ok(Math.abs(again.eigenvalue / expected - 1) < 2e-3);
  assert.equal(again.secant, undefined);
  [w, first.vector, other, again.vector].forEach((vector) => vector.dispose());
  assert.equal(tensorCount(), before);
});

test('a plane has the loss of the weights in its middle and of moved weights elsewhere; nothing leaks', async () => {
  const w = initialParameters(MODEL, { seed: 1, zeroInitResidual: false });
  const before = tensorCount();
  const losses = await planeLosses(MODEL, w, POINTS, { seed: 0, pause: () => Promise.resolve() });
  assert.equal(tensorCount(), before);
  assert.deepEqual([losses.length, PLANE_RADIUS], [PLANE_SIDE ** 2, 1]);
  assert.ok(Math.abs(losses[(losses.length - 1) / 2]! - lossAt(flat(w.toArrays()), POINTS)) < 1e-6);
  // Biases stay; each unit's weights move by their own length in one direction at the right rim.
  const left = losses[PLANE_SIDE * Math.floor(PLANE_SIDE / 2)]!;
  assert.ok(Math.abs(left - losses[(losses.length - 1) / 2]!) > 1e-3);
  assert.notDeepEqual(await planeLosses(MODEL, w, POINTS, { seed: 1, pause: () => Promise.resolve() }), losses);
  w.dispose();
});
