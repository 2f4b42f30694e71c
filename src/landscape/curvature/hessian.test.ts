import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../../engine/plainVector';
import type { ParameterSpec } from '../../engine/vector';
import { expectAllClose } from '../../testing/expectAllClose';
import type { LossFunction } from '../operator';
import { hessian } from './hessian';
import { spectralDensity } from './spectralDensity';
import { topEigenvalues } from './topEigenvalues';
import { hessianTrace } from './trace';

const specs: readonly ParameterSpec[] = [
  { name: 'layer1.0.conv1.weight', kind: 'weight', shape: [2] },
  { name: 'layer1.0.bn1.weight', kind: 'normScale', shape: [1] },
  { name: 'layer10.conv1.weight', kind: 'weight', shape: [1] },
];

function vector(a: number, b: number, c: number, d: number): PlainVector {
  return new PlainVector(specs, [Float64Array.of(a, b), Float64Array.of(c), Float64Array.of(d)]);
}

/** wᵀ A w / 2 + sum of w^4: its Hessian is A + 12 diag(w^2), and the third derivative of its gradient along v is 24 w v^3... */
const A = [[2, 1, 0, 3], [1, -1, 4, 0], [0, 4, 5, 1], [3, 0, 1, 7]] as const;

const quartic: LossFunction<PlainVector> = {
  source: { name: 'quartic', images: 0, precision: 'float64' },
  evaluate: () => Promise.reject(new Error('not asked')),
  gradient: (w) => {
    const elements = w.toArrays().flatMap((array) => [...array]);
    const [a, b, c, d] = A.map((row, index) => row.reduce((sum, entry, column) => sum + entry * elements[column]!, 4 * elements[index]! ** 3));
    return Promise.resolve({ loss: 0, gradient: vector(a!, b!, c!, d!) });
  },
};
const w = vector(0.5, -1, 0, 2);

function flat(v: PlainVector): number[] {
  return v.toArrays().flatMap((array) => [...array]);
}

test('a product by hand, with error 4 h^2 v^3: half the step, a quarter of the error', async () => {
  const v = vector(1, 2, -1, 3);
  // A v + 12 w^2 v
  const exact = [2 + 2 + 9 + 3, 1 - 2 - 4 + 24, 8 - 5 + 3, 3 - 1 + 21 + 144];
  for (const step of [0.1, 0.05, 0.025]) {
    const h = step / v.norm();
    const product = await hessian(quartic, w, { step }).matvec(v);
    // ((w + h v)^3 - (w - h v)^3) / 2h = 3 w^2 v + h^2 v^3, times 4.
    expectAllClose(flat(product).map((element, index) => element - exact[index]!), flat(v).map((element) => 4 * h * h * element ** 3), { absolute: 1e-11 });
  }
});

test('a block is the rows and columns of its parameters', async () => {
  const operator = hessian(quartic, w, { block: { names: ['layer1.0.conv1.weight', 'layer10'] } });
  assert.deepEqual([operator.dimension, operator.source.parameters], [3, ['layer1.0.conv1.weight', 'layer10.conv1.weight']]);
  const product = await operator.matvec(vector(1, 0, 0, 0));
  expectAllClose(flat(product), [5, 1, 0, 3], { absolute: 1e-4 });
  assert.deepEqual(flat(operator.draw(() => 9)), [9, 9, 0, 9]);
});

test('blocks by layer and by kind', () => {
  const block = (names?: readonly string[], kinds?: readonly ParameterSpec['kind'][]) =>
    hessian(quartic, w, { block: { ...(names ? { names } : {}), ...(kinds ? { kinds } : {}) } }).source.parameters;
  assert.deepEqual(block(['layer1']), ['layer1.0.conv1.weight', 'layer1.0.bn1.weight']);
  assert.deepEqual(block(undefined, ['weight']), ['layer1.0.conv1.weight', 'layer10.conv1.weight']);
  assert.deepEqual(block(['layer1.0'], ['weight']), ['layer1.0.conv1.weight']);
  assert.equal(block(), 'all');
});

test('eigenvalues, trace and density of a block are those of that block only', async () => {
  const operator = hessian(quartic, w, { block: { names: ['layer1'] } });
  // [[2 + 3, 1, 0], [1, -1 + 12, 4], [0, 4, 5]]: trace 21, characteristic polynomial (5 - x)((11 - x)(5 - x) - 17).
  const roots = [8 + Math.sqrt(26), 5, 8 - Math.sqrt(26)];
  const { result } = await topEigenvalues(operator, { count: 3, seed: 0, tolerance: 1e-4 });
  expectAllClose(result.eigenvalues.map(({ value }) => value), roots, { absolute: 2e-4 });
  const trace = await hessianTrace(operator, { method: 'hutch++', products: 9, seed: 0 });
  expectAllClose([trace.trace], [21], { absolute: 1e-3 });
  const density = await spectralDensity(operator, { probes: 1, seed: 0 });
  expectAllClose(density.quadratures[0]!.values, roots, { absolute: 1e-3 });
});

test('results are plain data that survives JSON', async () => {
  const { result } = await topEigenvalues(hessian(quartic, w), { count: 2, seed: 0 });
  assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
});

test('w stays where it is, also when a gradient fails in the middle', async () => {
  const saved = flat(w);
  let asked = 0;
  const failing: LossFunction<PlainVector> = { ...quartic, gradient: (point) => (++asked === 2 ? Promise.reject(new Error('out of memory')) : quartic.gradient(point)) };
  await assert.rejects(hessian(failing, w).matvec(vector(1, 1, 1, 1)), { message: 'out of memory' });
  assert.deepEqual(flat(w), saved);
});

test('a zero direction, unknown names, an empty block and a bad step are refused', async () => {
  await assert.rejects(hessian(quartic, w).matvec(vector(0, 0, 0, 0)), {
    name: 'RangeError',
    message: 'hessian: expected a direction of finite length above 0, got 0; a zero direction has no derivative along it.',
  });
  await assert.rejects(hessian(quartic, w).matvec(vector(NaN, 0, 0, 0)), /finite length above 0, got NaN/);
  assert.throws(() => hessian(quartic, w, { block: { names: ['layer2'] } }), {
    name: 'RangeError',
    message: 'hessian: no parameter or layer is named layer2; there are layer1.0.conv1.weight, layer1.0.bn1.weight, layer10.conv1.weight.',
  });
  assert.throws(() => hessian(quartic, w, { block: { names: ['layer10'], kinds: ['bias'] } }), {
    name: 'RangeError',
    message: 'hessian: expected at least one parameter, got none of the names [layer10] and kinds [bias].',
  });
  assert.throws(() => hessian(quartic, w, { step: 0 }), { name: 'RangeError', message: 'hessian: expected a step above 0, got 0; 0.002 suits float32.' });
});
