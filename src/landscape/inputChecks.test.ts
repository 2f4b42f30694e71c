import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Vector } from '../engine/vector';
import { lossBarrier } from './connectivity/barrier';
import { bezierCurve, trainBezier } from './connectivity/bezier';
import { hessian } from './curvature/hessian';
import { spectralDensity } from './curvature/spectralDensity';
import { secantCurvature } from './curvature/secantCurvature';
import { matrixOperator } from './testing/matrices';
import { topEigenvalues } from './curvature/topEigenvalues';
import { hessianTrace } from './curvature/trace';
import { checkPoint } from './inputChecks';
import type { LossFunction } from './operator';
import { averageSharpness } from './sharpness/average';
import { samSharpness } from './sharpness/samSharpness';
import { epsSharpness, worstCaseSharpness } from './sharpness/worstCase';
import { linearCka } from './similarity/cka';
import { filterNormalize } from './surface/filterNormalize';
import { lineBetween, planeOfMinima, randomLine, randomPlane } from './surface/directions';
import { lossPlane } from './surface/lossPlane';
import { planeOf } from './surface/plane';
import { sharedRange } from './surface/range';
import { samplePoints } from './surface/sample';
import { mergeTree } from './topology/mergeTree';
import { principalPlane } from './trajectory/principalPlane';

const [a, b, c] = [PlainVector.of(1, 0), PlainVector.of(0, 1), PlainVector.of(2, 2)] as const;

/** A loss that counts its calls. */
function counted(value = 1): LossFunction<PlainVector> & { readonly asked: { times: number } } {
  const asked = { times: 0 };
  return {
    asked,
    source: { name: 'counted', images: 0, precision: 'float64' },
    evaluate: () => Promise.resolve({ loss: value, error: asked.times++ }),
    gradient: (point) => Promise.resolve({ loss: (asked.times++, value), gradient: point.clone() }),
  };
}

type Probe = (w: PlainVector, loss: LossFunction<PlainVector>) => unknown;

/** Every probe, with the start of its message. */
const probes: Readonly<Record<string, Probe>> = {
  lossPlane: (w, loss) => lossPlane(w, loss, { seed: 0, range: { radius: 1 }, network: 'n' }),
  samplePoints: (w, loss) => samplePoints({ surface: { origin: w, x: b }, points: [[0, 0]], losses: { loss }, network: 'n', directions: 'd' }),
  sharedRange: (w, loss) => sharedRange([{ surface: { origin: w, x: b }, loss }], 2),
  randomLine: (w) => randomLine(w, { seed: 0 }),
  randomPlane: (w) => randomPlane(w, { seed: 0, orthogonal: true }),
  lineBetween: (w) => lineBetween(w, b),
  planeOfMinima: (w) => planeOfMinima(w, b, c),
  checkDirection: (w) => planeOf(w, a, b),
  trainBezier: (w, loss) => trainBezier(w, b, { gradient: (point) => loss.gradient(point), steps: 1, learningRate: 0.1, seed: 0 }),
  bezierCurve: (w) => bezierCurve(w, b, c),
  worstCaseSharpness: (w, loss) => worstCaseSharpness(loss, w, { rho: 0.1, seed: 0 }),
  epsSharpness: (w, loss) => epsSharpness(loss, w, { seed: 0 }),
  averageSharpness: (w, loss) => averageSharpness(loss, w, { rho: 0.1, seed: 0 }),
  samSharpness: (w, loss) => samSharpness(loss, w, { rho: 0.1 }),
  hessian: (w, loss) => hessian(loss, w),
  principalPlane: (w) => principalPlane([a, w, c]),
};

async function rejected(body: () => unknown): Promise<Error> {
  try {
    await body();
  } catch (error) {
    return error as Error;
  }
  throw new assert.AssertionError({ message: 'nothing was thrown' });
}

test('weights that are not finite are refused by every probe before it asks for a loss', async () => {
  for (const [name, probe] of Object.entries(probes)) {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const loss = counted();
      const error = await rejected(() => probe(PlainVector.of(1, bad), loss));
      assert.equal(error.name, 'RangeError', `${name}: ${error.message}`);
      assert.match(error.message, new RegExp(`^${name}: expected .* to be finite, got ${bad} in w; .*take weights`));
      assert.equal(loss.asked.times, 0, name);
    }
  }
});

test('weights that are not a vector, and losses without the methods needed, are refused by name', async () => {
  for (const [name, probe] of Object.entries(probes)) {
    for (const wrong of [[1, 2], { x: 1 }, 3, null, 'w'] as unknown as PlainVector[]) {
      const error = await rejected(() => probe(wrong, counted()));
      assert.match(error.message, new RegExp(`^${name}: expected .* as a vector, got `), `${name}: ${error.message}`);
    }
  }
  for (const name of ['lossPlane', 'samplePoints', 'sharedRange', 'worstCaseSharpness', 'epsSharpness', 'averageSharpness', 'samSharpness']) {
    for (const wrong of [{}, null, () => 1] as unknown as LossFunction<PlainVector>[]) {
      const error = await rejected(() => probes[name]!(a, wrong));
      assert.match(error.message, new RegExp(`^${name}: expected a loss with source and `), `${name}: ${error.message}`);
    }
  }
});

test('a loss that is not finite at the weights ends a measure of sharpness after one pass', async () => {
  for (const name of ['worstCaseSharpness', 'epsSharpness', 'averageSharpness', 'samSharpness']) {
    const loss = counted(NaN);
    assert.match((await rejected(() => probes[name]!(a, loss))).message, new RegExp(`^${name}: expected a finite loss at the weights, got NaN`));
    assert.equal(loss.asked.times, 1);
  }
});

test('a matrix of NaN ends each estimate at its first product; anything but a matrix is refused', async () => {
  const estimates = {
    topEigenvalues: (operator: never) => topEigenvalues(operator, { count: 1, seed: 0 }),
    spectralDensity: (operator: never) => spectralDensity(operator, { seed: 0 }),
    hessianTrace: (operator: never) => hessianTrace(operator, { seed: 0 }),
  };
  for (const [name, estimate] of Object.entries(estimates)) {
    const operator = matrixOperator([[NaN, 0], [0, 1]]);
    assert.match((await rejected(() => estimate(operator as never))).message, /not finite/);
    assert.equal(operator.asked.products, 1, name);
    assert.match((await rejected(() => estimate([[1]] as never))).message, new RegExp(`^${name}: expected a matrix with source, dimension, matvec and draw, got an array`));
    assert.match((await rejected(() => estimate({ ...operator, dimension: 0 } as never))).message, new RegExp(`^${name}: expected a matrix of 1 row or more, got a dimension of 0`));
  }
  const sketched = matrixOperator([[NaN, 0], [0, 1]]);
  assert.match((await rejected(() => hessianTrace(sketched, { method: 'hutch++', seed: 0 }))).message, /^hessianTrace: a product with the matrix is not finite/);
  assert.equal(sketched.asked.products, 1);
});

test('options of another kind are refused, not turned into numbers', async () => {
  for (const wrong of ['', '1', [], true, null] as unknown as number[]) {
    for (const body of [
      () => samSharpness(counted(), a, { rho: wrong }), () => averageSharpness(counted(), a, { rho: wrong, seed: 0 }), () => worstCaseSharpness(counted(), a, { rho: wrong, seed: 0 }),
      () => lossPlane(a, counted(), { seed: 0, range: { radius: wrong }, network: 'n' }), () => hessianTrace(matrixOperator([[1]]), { seed: 0, tolerance: wrong }),
      () => secantCurvature(counted(), a, b, { rho: wrong }), () => topEigenvalues(matrixOperator([[1]]), { count: 1, seed: 0, tolerance: wrong }), () => spectralDensity(matrixOperator([[1]]), { seed: 0, tolerance: wrong }),
    ]) {
      assert.equal((await rejected(body)).name, 'RangeError', String(wrong));
    }
  }
});

test('filter normalisation', () => {
  const [sound, broken] = [PlainVector.of(1, 2), PlainVector.of(1, NaN)];
  assert.throws(() => filterNormalize(sound, broken), { name: 'RangeError', message: /^filterNormalize: expected the weights to be finite, got NaN/ });
  assert.throws(() => filterNormalize(broken, sound), { name: 'RangeError', message: /^filterNormalize: expected the direction to be finite, got NaN/ });
  assert.throws(() => filterNormalize(sound, PlainVector.of(1, 2, 3)), /different architectures/);
});

test('similarity, barriers and topology', () => {
  assert.throws(() => linearCka([1, NaN, NaN, 1], [1, 0, 0, 1]), { name: 'RangeError', message: /^linearCka: expected finite activations/ });
  assert.throws(() => lossBarrier([0, 0.5, 1], [NaN, 1, 1]), { name: 'RangeError', message: /^lossBarrier: expected finite losses at both ends, got NaN and 1/ });
  assert.throws(() => mergeTree([[NaN, Infinity]]), { name: 'RangeError', message: /^mergeTree: expected at least one finite value/ });
  assert.throws(() => mergeTree({ z: [[1]] } as never), { name: 'TypeError', message: /^mergeTree: expected z as an array of rows/ });
});

test('native weights are checked by parameter, without a tensor left, and large finite ones pass', () => {
  const before = tensorCount();
  const specs = [{ name: 'first', kind: 'weight', shape: [1] }, { name: 'second', kind: 'bias', shape: [2] }] as const;
  const make = (...values: readonly number[]): Vector => TensorVector.from(specs, [Float32Array.of(values[0]!), Float32Array.of(values[1]!, values[2]!)]);
  for (const [values, bad] of [[[1, NaN, 2], NaN], [[1, 2, Infinity], Infinity]] as const) {
    const w = make(...values);
    assert.throws(() => checkPoint('probe', w), { message: `probe: expected the weights to be finite, got ${bad} in second; training may have diverged, take weights from before that.` });
    w.dispose();
  }
  const large = make(3e38, 3e38, -3e38);
  checkPoint('probe', large);
  large.dispose();
  assert.equal(tensorCount(), before);
});
