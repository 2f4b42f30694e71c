import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../../testing/expectAllClose';
import { matrixOperator, matrixWithSpectrum } from '../testing/matrices';
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
