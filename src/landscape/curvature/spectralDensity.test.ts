import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../../testing/expectAllClose';
import { spectralDensity, type SpectralDensity } from './spectralDensity';
import { matrixOperator, matrixWithSpectrum } from '../testing/matrices';

const SPECTRUM = [8, 5, 5, ...Array.from({ length: 47 }, (_, index) => index / 40 - 0.3)];

/** By the trapezoidal rule, of which the error on smooth curves that end in zeros is far below 1e-6. */
function integral({ eigenvalues, density }: SpectralDensity, f: (eigenvalue: number) => number = () => 1): number {
  const spacing = eigenvalues[1]! - eigenvalues[0]!;
  return density.reduce((sum, height, index) => sum + height * f(eigenvalues[index]!) * spacing, 0);
}

function diagonal(values: readonly number[]): number[][] {
  return values.map((value, row) => values.map((_, column) => (row === column ? value : 0)));
}

test('random signs weigh all eigenvalues of a diagonal matrix equally: the density is exactly the sum of Gaussians', async () => {
  const values = [-2, 0.5, 1, 4];
  const found = await spectralDensity(matrixOperator(diagonal(values)), { probes: 2, seed: 0, width: 0.3 });
  const gaussian = (x: number): number => Math.exp(-0.5 * (x / 0.3) ** 2) / (0.3 * Math.sqrt(2 * Math.PI));
  const expected = found.eigenvalues.map((x) => values.reduce((sum, value) => sum + gaussian(x - value) / 4, 0));
  expectAllClose(found.density, expected, { absolute: 1e-10 });
  expectAllClose(found.standardError, expected.map(() => 0), { absolute: 1e-10 });
  assert.deepEqual([found.iterations, found.products, found.converged], [4, 12, true], 'four products from each probe, and two for the residuals of its ends');
});

test('the density integrates to 1, and its moments are those of the spectrum within their standard errors', async () => {
  const found = await spectralDensity(matrixOperator(matrixWithSpectrum(SPECTRUM, 2)), { probes: 40, steps: 30, seed: 0 });
  expectAllClose([integral(found)], [1], { absolute: 1e-6 });
  for (const power of [1, 2, 3]) {
    const expected = SPECTRUM.reduce((sum, value) => sum + value ** power, 0) / SPECTRUM.length;
    const samples = found.quadratures.map(({ values, weights }) => values.reduce((sum, value, index) => sum + weights[index]! * value ** power, 0));
    const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    const standardError = Math.sqrt(samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / (samples.length * (samples.length - 1)));
    assert.ok(Math.abs(mean - expected) <= 3 * standardError, `moment ${power}: ${mean} +- ${standardError}, expected ${expected}`);
  }
  // Gaussians of width s add nothing to the mean and s^2 to the second moment.
  const second = found.quadratures.reduce((sum, { values, weights }) => sum + values.reduce((part, value, index) => part + weights[index]! * value ** 2, 0), 0) / 40;
  expectAllClose([integral(found, (x) => x ** 2)], [second + found.width ** 2], { relative: 1e-6 });
});

test('weights are positive and sum to 1, and the largest node is the largest eigenvalue', async () => {
  const found = await spectralDensity(matrixOperator(matrixWithSpectrum(SPECTRUM, 2)), { probes: 3, steps: 20, seed: 4 });
  for (const { values, weights } of found.quadratures) {
    assert.ok(weights.every((weight) => weight >= 0));
    expectAllClose([weights.reduce((sum, weight) => sum + weight, 0)], [1], { absolute: 1e-12 });
    expectAllClose([values[0]!], [8], { absolute: 1e-6 });
  }
  assert.equal(found.converged, true);
});

test('with too few steps the result does not count as converged', async () => {
  const found = await spectralDensity(matrixOperator(matrixWithSpectrum(SPECTRUM, 2)), { probes: 2, steps: 4, seed: 0 });
  assert.ok(!found.converged && found.residual > 0.01 * 8);
});

test('a matrix of one eigenvalue, and that of zeros, have a density too', async () => {
  for (const value of [3, 0, -1e-9]) {
    const found = await spectralDensity(matrixOperator(diagonal([value, value, value])), { probes: 1, seed: 0 });
    expectAllClose([integral(found)], [1], { absolute: 1e-6 });
    expectAllClose([integral(found, (x) => x)], [value], { absolute: 1e-6 * Math.max(Math.abs(value), 1e-6) + 1e-12 });
    assert.equal(found.converged, true);
  }
});

test('options out of range are refused', async () => {
  const operator = matrixOperator([[1]]);
  for (const [options, message] of [
    [{ probes: 0 }, 'spectralDensity: expected probes of at least 1, got 0.'],
    [{ steps: 0 }, 'spectralDensity: expected steps of at least 1, got 0.'],
    [{ points: 1 }, 'spectralDensity: expected points of at least 2, got 1.'],
    [{ width: 0 }, 'spectralDensity: expected a width above 0, got 0.'],
  ] as const) {
    await assert.rejects(spectralDensity(operator, { seed: 0, ...options }), { name: 'RangeError', message });
  }
});
