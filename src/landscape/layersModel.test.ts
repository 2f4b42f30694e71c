import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { layersModelLoss } from '../tfjs/layersModelLoss';
import { linearRegression, squares, useProcessorBackend } from '../tfjs/testing/layersModels';
import { expectAllClose } from '../testing/expectAllClose';
import { hessian } from './curvature/hessian';
import { topEigenvalues } from './curvature/topEigenvalues';
import { hessianTrace } from './curvature/trace';
import { lossPlane } from './surface/lossPlane';

before(useProcessorBackend);

const IMAGES = 12;

test("a LayersModel's Hessian has the eigenvalues of 2/n X^T X", async () => {
  const { model, x, y, inputs } = linearRegression(IMAGES);
  const loss = layersModelLoss(model, { name: 'regression', x, y, loss: squares, batchSize: 5 });
  const matrix = hessian(loss, loss.point());
  const gram = [0, 1, 2].map((row) => [0, 1, 2].map((column) => Array.from({ length: IMAGES }, (_, image) => inputs[3 * image + row]! * inputs[3 * image + column]!).reduce((sum, product) => sum + (2 * product) / IMAGES, 0)));
  const trace = gram.reduce((sum, row, index) => sum + row[index]!, 0);

  const { result, vectors } = await topEigenvalues(matrix, { count: 3, seed: 0, tolerance: 1e-3 });
  const values = result.eigenvalues.map(({ value }) => value);
  // Differences of float32 gradients of about 1 over a step of about 1e-2 carry errors of 1e-5, a hundred times less than allowed.
  expectAllClose([values.reduce((sum, value) => sum + value, 0)], [trace], { relative: 1e-3 });
  vectors.forEach((vector, index) => {
    const v = [...vector.toArrays()[0]!];
    expectAllClose(gram.map((row) => row.reduce((sum, entry, column) => sum + entry * v[column]!, 0)), v.map((element) => values[index]! * element), { absolute: 1e-3 * trace });
  });
  // v^T H v with random signs varies only with the off-diagonal entries.
  const estimate = await hessianTrace(matrix, { products: 200, seed: 1 });
  assert.ok(Math.abs(estimate.trace - trace) <= 4 * estimate.standardError, `${estimate.trace} ± ${estimate.standardError} for ${trace}`);
});

test('a plane around a LayersModel is the quadratic that it is', async () => {
  const { model, x, y } = linearRegression(IMAGES);
  const loss = layersModelLoss(model, { name: 'regression', x, y, loss: squares });
  const { series } = await lossPlane(loss.point(), loss, { seed: 0, range: { radius: 0.5 }, gridPoints: 5, network: 'regression' });
  const losses = series['loss']!.loss;
  const rows = [0, 1, 2, 3, 4].map((row) => losses.slice(5 * row, 5 * row + 5));
  // Third differences of a quadratic are 0, and second ones the same everywhere; losses of about 1 are float32.
  const second = rows.map((row) => [0, 1, 2].map((k) => row[k]! - 2 * row[k + 1]! + row[k + 2]!));
  expectAllClose(second.flat(), second.flat().map(() => second[0]![0]!), { absolute: 8 * 2 ** -22 });
  assert.ok(second[0]![0]! > 0, 'the loss bends upwards');
});
