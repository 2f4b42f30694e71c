import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../../testing/expectAllClose';
import { matrixOperator, matrixWithSpectrum } from '../testing/matrices';
import { topEigenvalues } from './topEigenvalues';
import { hessianTrace } from './trace';

/** Two large eigenvalues over a bulk, some of it negative: the trace is 103.2. */
const SPECTRUM = [60, 40, ...Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? 0.2 : -0.1))];
const TRACE = 103.2;

test('both methods hit a known trace within 3 standard errors, from every seed', async () => {
  for (const method of ['hutchinson', 'hutch++'] as const) {
    for (let seed = 0; seed < 8; seed++) {
      const operator = matrixOperator(matrixWithSpectrum(SPECTRUM, seed));
      const found = await hessianTrace(operator, { method, products: 60, tolerance: 0, seed });
      assert.ok(Math.abs(found.trace - TRACE) <= 3 * found.standardError, `${method}: ${found.trace} +- ${found.standardError}`);
      assert.deepEqual([found.products, operator.asked.products], [60, 60]);
      assert.equal(found.samples, method === 'hutchinson' ? 60 : 20);
      assert.equal(found.converged, false);
    }
  }
});

test('the standard error is that of the estimates over seeds, and Hutch++ has the smaller one on a few large eigenvalues', async () => {
  const operator = matrixOperator(matrixWithSpectrum(SPECTRUM, 3));
  const errors: Record<string, number> = {};
  for (const method of ['hutchinson', 'hutch++'] as const) {
    const runs = await Promise.all(Array.from({ length: 60 }, (_, seed) => hessianTrace(operator, { method, products: 30, tolerance: 0, seed })));
    const spread = Math.sqrt(runs.reduce((sum, { trace }) => sum + (trace - TRACE) ** 2, 0) / runs.length);
    errors[method] = Math.sqrt(runs.reduce((sum, { standardError }) => sum + standardError ** 2, 0) / runs.length);
    // The standard deviation of 60 estimates is uncertain by a tenth, 1 / sqrt(120); three times that.
    assert.ok(Math.abs(spread / errors[method] - 1) < 0.3, `${method}: spread ${spread}, standard error ${errors[method]}`);
  }
  assert.ok(errors['hutch++']! < errors.hutchinson! / 10);
});

test('signs give the trace of a diagonal matrix exactly, and the estimate ends after the least number of samples', async () => {
  const found = await hessianTrace(matrixOperator([[3, 0], [0, -5]]), { seed: 0 });
  assert.deepEqual([found.trace, found.standardError, found.samples, found.converged], [-2, 0, 10, true]);
});

test('the estimate ends when its standard error is within the tolerance', async () => {
  const found = await hessianTrace(matrixOperator(matrixWithSpectrum(SPECTRUM, 3)), { seed: 1, products: 5000, tolerance: 0.05 });
  assert.ok(found.converged && found.products < 5000 && found.standardError <= 0.05 * found.trace);
  const short = await hessianTrace(matrixOperator(matrixWithSpectrum(SPECTRUM, 3)), { seed: 1, products: found.products - 1, tolerance: 0.05 });
  assert.equal(short.converged, false);
});

test('Hutch++ is exact where its sketch spans the space or the rank', async () => {
  const whole = await hessianTrace(matrixOperator(matrixWithSpectrum([3, 2, -1], 0)), { method: 'hutch++', products: 12, seed: 0 });
  expectAllClose([whole.trace], [4], { relative: 1e-12 });
  assert.deepEqual([whole.samples, whole.standardError, whole.converged], [0, 0, true]);
  const lowRank = await hessianTrace(matrixOperator(matrixWithSpectrum([3, 2, ...Array<number>(20).fill(0)], 0)), { method: 'hutch++', products: 12, seed: 0 });
  expectAllClose([lowRank.trace], [5], { relative: 1e-12 });
});

test('with eigenpairs only the rest is sampled: the known trace from every seed, with the standard error of the rest and few products', async () => {
  let without = 0;
  for (let seed = 0; seed < 8; seed++) {
    const operator = matrixOperator(matrixWithSpectrum(SPECTRUM, seed));
    const eigenpairs = await topEigenvalues(operator, { count: 2, seed });
    const asked = operator.asked.products;
    const found = await hessianTrace(operator, { eigenpairs, products: 60, tolerance: 0, seed });
    assert.ok(Math.abs(found.trace - TRACE) <= 3 * found.standardError, `${found.trace} +- ${found.standardError}`);
    assert.deepEqual([found.eigenvectors, found.samples, found.products, operator.asked.products - asked], [2, 60, 61, 61]);
    // 2 times the sum of squares of the other eigenvalues bounds the variance of a sample; the deviation of 60 is uncertain by a tenth.
    assert.ok(found.standardError <= 1.3 * Math.sqrt((2 * 32 * (0.2 ** 2 + 0.1 ** 2)) / 60));
    assert.equal((await hessianTrace(operator, { eigenpairs, seed })).products, 11);
    without += (await hessianTrace(operator, { seed, products: 1000 })).products;
  }
  // As a whole about 2 (60² + 40²) / (5 % of the trace)² = 390 samples, fewer where the standard error of the first ones is small by chance.
  assert.ok(without > 8 * 5 * 10, `${without}`);
});

test('eigenpairs that have not converged leave the estimate unbiased, and its standard error true', async () => {
  const operator = matrixOperator(matrixWithSpectrum(SPECTRUM, 3));
  const runs = await Promise.all(
    Array.from({ length: 60 }, async (_, seed) => {
      const eigenpairs = await topEigenvalues(operator, { count: 2, maxIterations: 2, seed });
      assert.ok(!eigenpairs.result.converged);
      return hessianTrace(operator, { eigenpairs, products: 30, tolerance: 0, seed });
    }),
  );
  const mean = runs.reduce((sum, { trace }) => sum + trace, 0) / runs.length;
  const error = Math.sqrt(runs.reduce((sum, { standardError }) => sum + standardError ** 2, 0)) / runs.length;
  assert.ok(Math.abs(mean - TRACE) <= 3 * error, `${mean} +- ${error}`);
});

test('eigenpairs of another matrix, with Hutch++ or that are not orthonormal are refused', async () => {
  const operator = matrixOperator(matrixWithSpectrum([3, 2, -1, 0], 0));
  const eigenpairs = await topEigenvalues(operator, { count: 2, seed: 0 });
  const [first] = eigenpairs.vectors;
  const other = await topEigenvalues(matrixOperator(matrixWithSpectrum([3, 2, -1, 0], 1)), { count: 2, seed: 0 });
  for (const [options, message] of [
    [{ eigenpairs: other }, /^hessianTrace: expected eigenpairs of this matrix, got a first value of (3|2\.9)\S* where its vector has \S+ here; find them at these weights/],
    [{ eigenpairs, method: 'hutch++' }, /^hessianTrace: hutch\+\+ finds vectors of its own, got eigenpairs as well/],
    [{ eigenpairs: { ...eigenpairs, vectors: [first!, first!] } }, /^hessianTrace: expected eigenvectors of length 1, orthogonal to each other, got dot products that are off by (1|0\.99)/],
    [{ eigenpairs: { ...eigenpairs, vectors: [first!] } }, /^hessianTrace: expected eigenpairs of this matrix, 4 rows and a vector for each eigenvalue, got 1 vectors for 2 eigenvalues of a matrix with 4 rows/],
    [{ eigenpairs: { ...eigenpairs, result: { ...eigenpairs.result, dimension: 5 } } }, /got 2 vectors for 2 eigenvalues of a matrix with 5 rows/],
  ] as const) {
    await assert.rejects(hessianTrace(operator, { seed: 0, ...options }), { name: 'RangeError', message });
  }
});

test('too few products and a negative tolerance are refused', async () => {
  const operator = matrixOperator([[1]]);
  for (const [options, message] of [
    [{ products: 1 }, 'hessianTrace: hutchinson needs at least 2 products, got 1.'],
    [{ products: 5, method: 'hutch++' }, 'hessianTrace: hutch++ needs at least 6 products, got 5.'],
    [{ tolerance: -1 }, 'hessianTrace: expected a tolerance of 0 or more, got -1.'],
  ] as const) {
    await assert.rejects(hessianTrace(operator, { seed: 0, ...options }), { name: 'RangeError', message });
  }
});
