import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Vector } from '../engine/vector';
import { expectAllClose } from '../testing/expectAllClose';
import { asam } from './asam';
import { fgsm } from './fgsm';
import { orthogonalPart, lookedUpGradient } from './lookSam';
import { msam } from './msam';
import type { PerturbationRule } from './perturbation';
import { samPerturbation } from './sam';

const RHO = 0.05;
const EXPONENTS = [1, 1 + 1e-9, 1 + 1e-6, 1.001, 1.01, 1.05, 1.1, 1.5, 2, 3, 10, 100, 1e4, 1e12, Infinity];
const SHAPES: readonly (readonly number[])[] = [[1, 1 / 2, -1 / 3], [1, -1, 1, 0], [-1, 1e-3, 1e-6, 0, 0], [1 / 7]];

const elementsOf = (vector: Vector): number[] => vector.toArrays().flatMap((array) => [...array]);
const native = (elements: readonly number[]): TensorVector => TensorVector.from([{ name: 'w', kind: 'weight', shape: [elements.length] }], [Float32Array.from(elements)]);

/** |x|_p by logarithms, independent of the vectors' powers: ln max + ln(sum (x / max)^p) / p. */
function logNorm(elements: readonly number[], p: number): number {
  const logs = elements.filter((element) => element !== 0).map((element) => Math.log(Math.abs(element)));
  const most = Math.max(...logs);
  return p === Infinity ? Math.exp(most) : Math.exp(most + Math.log(logs.reduce((sum, log) => sum + Math.exp(p * (log - most)), 0)) / p);
}

/*
 * Each element carries a few roundings of 2^-24 or 2^-53; exponents above 2^28 count as infinite, which is off by
 * n^(1/p) - 1 < 1e-8 for few elements.
 */
const FLOAT = 5 * 2 ** -24;
const DOUBLE = 1e-8;

test('|eps|_p is rho for every p and every size of the gradient in float32', () => {
  const before = tensorCount();
  for (const scale of [1e-37, 1e-30, 1e-20, 1e-10, 1e-4, 1e-2, 1, 1e4, 1e10, 1e20, 1e30, 3e38]) {
    for (const shape of SHAPES) {
      for (const p of EXPONENTS) {
        const gradient = native(shape.map((element) => element * scale));
        const eps = samPerturbation(gradient, RHO, p);
        expectAllClose([logNorm(elementsOf(eps), p)], [RHO], { relative: FLOAT }, `scale ${scale}, p ${p}, [${shape.join(', ')}]`);
        [gradient, eps].forEach((vector) => vector.dispose());
      }
    }
  }
  assert.equal(tensorCount(), before);
});

test('|eps|_p is rho for every p and every size of the gradient in double precision', () => {
  for (const scale of [1e-300, 1e-160, 1e-30, 1e-13, 1, 1e30, 1e160, 1e308]) {
    for (const shape of SHAPES) {
      for (const p of EXPONENTS) {
        const eps = samPerturbation(PlainVector.of(...shape.map((element) => element * scale)), RHO, p);
        expectAllClose([logNorm(elementsOf(eps), p)], [RHO], { relative: DOUBLE }, `scale ${scale}, p ${p}, [${shape.join(', ')}]`);
      }
    }
  }
});

test('norms of either kind of vector, whatever p and the size of the elements', () => {
  // TensorFlow's kernels treat numbers below 2^-126 as 0; at size 1e-31 the smallest element, 1e-37, is still larger.
  for (const scale of [1e-31, 1e-20, 1, 1e20, 1e30, 3e38]) {
    for (const shape of SHAPES) {
      const rounded = [...Float32Array.from(shape, (element) => element * scale)];
      const vectors = [native(rounded), PlainVector.of(...rounded)] as const;
      for (const p of EXPONENTS) {
        const exact = logNorm(rounded, p);
        vectors.forEach((vector, index) => expectAllClose([vector.norm(p)], [exact], { relative: index === 0 ? FLOAT : DOUBLE }, `scale ${scale}, p ${p}`));
      }
      vectors[0].dispose();
    }
  }
  for (const scale of [1e-300, 1e-200, 1e200, 1e300]) {
    expectAllClose([1, 1.5, 2, 7, Infinity].map((p) => PlainVector.of(3 * scale, 4 * scale).norm(p)), [1, 1.5, 2, 7, Infinity].map((p) => logNorm([3 * scale, 4 * scale], p)), { relative: 1e-12 });
  }
});

test('norms of vectors that are not finite are not finite', () => {
  for (const p of [1, 1.5, 2, 1e12, Infinity]) {
    for (const elements of [[NaN, 1], [1, NaN], [Infinity, 1], [-Infinity, NaN]]) {
      const vectors = [native(elements), PlainVector.of(...elements)];
      vectors.forEach((vector, index) => assert.ok(!Number.isFinite(vector.norm(p)), `${index === 0 ? 'native' : 'plain'}, p ${p}, [${elements.join(', ')}]: ${vector.norm(p)}`));
      vectors.forEach((vector) => vector.dispose());
    }
  }
});

/** By the formulas of the rules for a gradient of size 1, whose direction does not depend on its size. */
test('ASAM, MSAM, FGSM and LookSAM do not depend on the size of the gradient', () => {
  const before = tensorCount();
  const weights = [0.5, -0.01, 0];
  const rules: readonly PerturbationRule[] = [asam(), asam({ eta: 0, scaling: 'layer' }), msam(), fgsm({ steps: 1 }), fgsm({ steps: 1, p: 2, momentum: 1 })];
  for (const make of [native, (elements: readonly number[]) => PlainVector.of(...elements)]) {
    const w = make(weights);
    for (const rule of rules) {
      const at = (scale: number): number[] => {
        const gradient = make([1, -0.5, 0.25].map((element) => element * scale));
        const input = { parameters: w, gradient, state: { numbers: {}, vectors: {} }, rho: RHO, step: 0, batchSize: 1, gradientAt: () => gradient, sampleGradient: () => gradient };
        const found = w.tidy(() => elementsOf(rule.perturb<Vector>(input)), () => []);
        gradient.dispose();
        return found;
      };
      const expected = at(1);
      assert.ok(expected.some((element) => element !== 0));
      // The sizes are rounded to float32 themselves, 2^-24 an element, and a few roundings follow.
      [1e-30, 1e-13, 1e13, 1e30].forEach((scale) => expectAllClose(at(scale), expected, { relative: 10 * 2 ** -24 }, `${rule.name}, scale ${scale}`));
    }
    for (const scale of [1e-30, 1e30]) {
      const [g, other] = [make([scale, scale]), make([4 * scale, 2 * scale])];
      const across = orthogonalPart<Vector>(g, other);
      expectAllClose(elementsOf(across).map((element) => element / scale), [1, -1], { absolute: 10 * 2 ** -24 });
      // |g| / |orthogonal part| is 1.
      const next = lookedUpGradient<Vector>(g, across, 0.5);
      expectAllClose(elementsOf(next).map((element) => element / scale), [1.5, 0.5], { absolute: 10 * 2 ** -24 });
      [g, other, across, next].forEach((vector) => vector.dispose());
    }
    w.dispose();
  }
  assert.equal(tensorCount(), before);
});
