import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlainVector } from '../../engine/plainVector';
import { expectAllClose } from '../../testing/expectAllClose';
import { matrixOperator, matrixWithSpectrum } from '../testing/matrices';
import { topEigenvalues, type EigenvalueOptions } from './topEigenvalues';

async function valuesOf(spectrum: readonly number[], options: Partial<EigenvalueOptions> & { count: number }): Promise<number[]> {
  const { result } = await topEigenvalues(matrixOperator(matrixWithSpectrum(spectrum, 1)), { seed: 0, tolerance: 1e-9, ...options });
  assert.equal(result.converged, true);
  return result.eigenvalues.map(({ value }) => value);
}

/** 1, 1/2, 1/3, ... below the eigenvalues given: a bulk as a network's Hessian has. */
function withBulk(...top: readonly number[]): number[] {
  return [...top, ...Array.from({ length: 60 }, (_, index) => 1 / (index + 1))];
}

/*
 * An eigenvalue lies within |A v - value v| of `value`. With tolerance 1e-9 that allows 1e-9 of the largest.
 */
const spectra: readonly { readonly name: string; readonly spectrum: readonly number[]; readonly count: number }[] = [
  { name: 'separated', spectrum: withBulk(50, 20, 10), count: 3 },
  { name: 'clustered', spectrum: withBulk(10, 9.999, 9.998), count: 3 },
  { name: 'negative', spectrum: withBulk(3).map((value) => -value), count: 5 },
  { name: 'indefinite', spectrum: withBulk(5, 4, -7, -6), count: 4 },
  { name: 'tiny', spectrum: withBulk(5, 4, 3).map((value) => 1e-12 * value), count: 3 },
  { name: 'of rank 2', spectrum: [4, 3, ...Array<number>(30).fill(0)], count: 4 },
];

for (const { name, spectrum, count } of spectra) {
  for (const end of ['largest', 'smallest'] as const) {
    test(`the ${end} eigenvalues of a known spectrum: ${name}`, async () => {
      const descending = [...spectrum].sort((a, b) => b - a);
      const expected = (end === 'largest' ? descending : descending.reverse()).slice(0, count);
      const scale = Math.max(...spectrum.map(Math.abs));
      expectAllClose(await valuesOf(spectrum, { count, end }), expected, { absolute: 1e-9 * scale }, name);
    });
  }
}

test('a repeated eigenvalue is found as often as there are start vectors, or with full multiplicity where the space is exhausted', async () => {
  const spectrum = withBulk(5, 5, 5, 4, 3);
  expectAllClose(await valuesOf(spectrum, { count: 5, blockSize: 3 }), [5, 5, 5, 4, 3], { absolute: 1e-8 });
  // Two distinct eigenvalues: the space of one start is invariant after two products, and continues from new directions.
  expectAllClose(await valuesOf([2, 2, 2, 1, 1, 1, 1], { count: 4 }), [2, 2, 2, 1], { absolute: 1e-8 });
  expectAllClose(await valuesOf(Array<number>(6).fill(7), { count: 6 }), Array<number>(6).fill(7), { absolute: 1e-8 });
});

test('the zero matrix has the eigenvalue 0', async () => {
  expectAllClose(await valuesOf([0, 0, 0], { count: 2 }), [0, 0], {});
});

test('vectors are orthonormal, and residuals are those of the vectors', async () => {
  const matrix = matrixWithSpectrum(withBulk(9, 8, 7), 4);
  const { result, vectors } = await topEigenvalues(matrixOperator(matrix), { count: 3, seed: 5, tolerance: 1e-4 });
  const rows = vectors.map(({ elements }) => [...elements[0]!]);
  result.eigenvalues.forEach(({ value, residual, converged }, index) => {
    const v = rows[index]!;
    const residuals = matrix.map((row, at) => row.reduce((sum, entry, column) => sum + entry * v[column]!, 0) - value * v[at]!);
    expectAllClose([residual], [Math.hypot(...residuals)], { relative: 1e-6, absolute: 1e-14 }, 'residual');
    assert.equal(converged, residual <= 1e-4 * result.eigenvalues[0]!.value);
    rows.forEach((other, position) => {
      expectAllClose([v.reduce((sum, element, at) => sum + element * other[at]!, 0)], [position === index ? 1 : 0], { absolute: 1e-12 }, 'product');
    });
  });
});

test('with too few iterations the result never counts as converged', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 6, maxLength: 24 }),
      fc.integer({ min: 2, max: 12 }),
      fc.integer({ min: 0, max: 1000 }),
      async (spectrum, maxIterations, seed) => {
        const operator = matrixOperator(matrixWithSpectrum(spectrum, seed));
        const { result, vectors } = await topEigenvalues(operator, { count: 2, seed, maxIterations, tolerance: 1e-6 });
        // Two more for the symmetry check, of which the matrix of zeros needs one.
        assert.ok([1, 2].includes(operator.asked.products - result.products), `${operator.asked.products} asked`);
        assert.ok(result.iterations <= maxIterations);
        for (const [index, { value, residual, converged }] of result.eigenvalues.entries()) {
          const image = await operator.matvec(vectors[index]!);
          const measured = image.plus(vectors[index]!, -value).norm();
          expectAllClose([residual], [measured], { absolute: 1e-12, relative: 1e-6 });
          // The scale is the largest Ritz value, which no eigenvalue exceeds by more than rounding.
          assert.ok(!converged || measured <= 1e-6 * Math.max(...spectrum.map(Math.abs)) + 1e-12);
          // Weyl: an eigenvalue lies within the residual of each value.
          assert.ok(Math.min(...spectrum.map((eigenvalue) => Math.abs(eigenvalue - value))) <= residual + 1e-12);
        }
        assert.equal(result.converged, result.eigenvalues.every(({ converged }) => converged));
      },
    ),
    { numRuns: 60 },
  );
});

test('products whose noise exceeds the tolerance do not count as converged', async () => {
  const exact = matrixOperator(matrixWithSpectrum(withBulk(9, 8, 7), 4));
  let sign = 1;
  const noisy = {
    ...exact,
    matvec: async (v: PlainVector): Promise<PlainVector> => {
      sign = -sign;
      return (await exact.matvec(v)).plus(v.times(0.05 * sign));
    },
  };
  const { result } = await topEigenvalues(noisy, { count: 2, seed: 0, tolerance: 1e-3, maxIterations: 60 });
  assert.equal(result.converged, false);
  assert.ok(result.eigenvalues.every(({ residual }) => residual > 9e-3));
});

test('the same seed gives the same numbers, another seed others that agree', async () => {
  const run = async (seed: number): Promise<number> => (await topEigenvalues(matrixOperator(matrixWithSpectrum(withBulk(9, 5), 4)), { count: 1, seed, tolerance: 1e-3 })).result.eigenvalues[0]!.value;
  const [first, again, other] = [await run(0), await run(0), await run(1)];
  assert.equal(first, again);
  assert.notEqual(first, other);
  expectAllClose([first, other], [9, 9], { absolute: 9e-3 });
});

test('a loss that overflows and bad options are refused', async () => {
  const operator = matrixOperator([[1, 0], [0, 2]]);
  const broken = { ...operator, matvec: () => Promise.resolve(PlainVector.of(NaN, 0)) };
  await assert.rejects(topEigenvalues(broken, { count: 1, seed: 0 }), { message: /^KrylovSpace: product 1 with the matrix is not finite/ });
  for (const [options, message] of [
    [{ count: 3 }, 'topEigenvalues: expected a count from 1 to 2, the dimension of the matrix, got 3.'],
    [{ count: 0 }, 'topEigenvalues: expected a count from 1 to 2, the dimension of the matrix, got 0.'],
    [{ count: 2, maxIterations: 1 }, 'topEigenvalues: 1 iterations find at most as many eigenvalues, got a count of 2; raise maxIterations.'],
    [{ count: 1, tolerance: 0 }, 'topEigenvalues: expected a tolerance above 0, got 0; 0.01 suits float32.'],
    [{ count: 1, blockSize: 0 }, 'topEigenvalues: expected a blockSize of at least 1, got 0.'],
  ] as const) {
    await assert.rejects(topEigenvalues(operator, { seed: 0, ...options }), { name: 'RangeError', message });
  }
});
