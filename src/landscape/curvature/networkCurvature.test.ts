import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCount } from '../../engine/tensor';
import type { TensorVector } from '../../engine/tensorVector';
import { disposeStatistics } from '../../models/initialise';
import { readFixture } from '../../testing/fixture';
import { hashedStatistics } from '../../testing/hashedNetwork';
import { networkLoss, type NetworkLossOptions } from '../networkLoss';
import type { OutputFunction } from '../operator';
import { columnsOf, relativeError } from '../testing/dense';
import { openOrShut, pictures, smallModel } from '../testing/network';
import { empiricalFisher, gaussNewton } from './gaussNewton';
import { hessian } from './hessian';
import { symmetricEigen } from './symmetricEigen';
import { topEigenvalues } from './topEigenvalues';
import { hessianTrace } from './trace';

/** Dense matrices of PyTorch's autograd in double precision, as rows of the upper triangle (make_curvature.py). */
interface SmallFixture {
  readonly images: number;
  readonly smoothing: number;
  readonly loss: number;
  readonly hessianFrozen: readonly number[];
  readonly hessianBatch: readonly number[];
  readonly gaussNewton: readonly number[];
  readonly empiricalFisher: readonly number[];
}

const { small: fixture } = readFixture('curvature.json') as { readonly small: SmallFixture };
const SIZE = 67;

/** Large for this network, whose third derivatives are small: rounding over h and the h² term are both below 4e-4 of the matrix. */
const STEP = 0.05;
/** Each element is a sum over 6 x 1024 positions of numbers up to 1, rounded like a random walk: sqrt(6144) 2^-24 = 5e-6, several times over. */
const ROUNDING = 5e-5;

function symmetric(triangle: readonly number[]): number[][] {
  const rows = Array.from({ length: SIZE }, () => new Array<number>(SIZE).fill(0));
  let read = 0;
  for (let row = 0; row < SIZE; row++) {
    for (let column = row; column < SIZE; column++) {
      rows[row]![column] = rows[column]![row] = triangle[read++]!;
    }
  }
  return rows;
}

type Body = (loss: OutputFunction<TensorVector>, w: TensorVector) => Promise<void>;

/** Runs `body` on the small network's loss, and counts the tensors that it leaves. */
async function onSmall(options: Pick<NetworkLossOptions, 'batchNorm' | 'batchSize'>, body: Body): Promise<void> {
  const before = tensorCount();
  const model = smallModel();
  const w = openOrShut(model, 'bn1');
  const statistics = hashedStatistics(model);
  const loss = networkLoss(model, { statistics }, pictures('curvature small', fixture.images, 3), {
    normalization: 'half',
    labelSmoothing: fixture.smoothing,
    ...options,
  });
  await body(loss, w);
  w.dispose();
  disposeStatistics(statistics);
  assert.equal(tensorCount(), before);
}

const cases = [
  { name: 'Hessian, batch norm frozen, in batches of 4 and 2', options: { batchNorm: 'frozen', batchSize: 4 }, operator: hessian, expected: fixture.hessianFrozen },
  { name: "Hessian, batch norm by the batch's moments", options: { batchNorm: 'batch' }, operator: hessian, expected: fixture.hessianBatch },
  { name: 'Gauss-Newton', options: { batchNorm: 'frozen', batchSize: 4 }, operator: gaussNewton, expected: fixture.gaussNewton },
  { name: 'empirical Fisher', options: { batchNorm: 'frozen', batchSize: 4 }, operator: empiricalFisher, expected: fixture.empiricalFisher },
] as const;

for (const { name, options, operator, expected } of cases) {
  test(`every entry of PyTorch's dense matrix: ${name}`, async () => {
    await onSmall(options, async (loss, w) => {
      const error = relativeError(await columnsOf(operator(loss, w)), symmetric(expected));
      assert.ok(error < ROUNDING, `relative error ${error}`);
    });
  });

  test(`finite differences are close to PyTorch's dense matrix: ${name}`, async () => {
    await onSmall(options, async (loss, w) => {
      const error = relativeError(await columnsOf(operator(loss, w, { products: 'differences', step: STEP })), symmetric(expected));
      assert.ok(error < 1e-3, `relative error ${error}`);
    });
  });

  test(`the eigenvalues and the trace of PyTorch's dense matrix: ${name}`, async () => {
    await onSmall(options, async (loss, w) => {
      const matrix = operator(loss, w);
      const exact = symmetricEigen(symmetric(expected)).map(({ value }) => value);
      // The smallest converged value is 0 for the two matrices of low rank, so that errors are in units of the largest.
      const { result, vectors } = await topEigenvalues(matrix, { count: 3, seed: 0, tolerance: 1e-3 });
      vectors.forEach((vector) => vector.dispose());
      assert.equal(result.converged, true);
      assert.equal(result.symmetric, true, `asymmetry ${result.asymmetry}`);
      result.eigenvalues.forEach(({ value }, index) => assert.ok(Math.abs(value - exact[index]!) <= 2e-3 * exact[0]!, `${value}, expected ${exact[index]}`));
      const { trace, standardError } = await hessianTrace(matrix, { products: 20, tolerance: 0, seed: 0 });
      const expectedTrace = exact.reduce((sum, value) => sum + value, 0);
      assert.ok(Math.abs(trace - expectedTrace) <= 3 * standardError, `${trace} +- ${standardError}, expected ${expectedTrace}`);
    });
  });
}

for (const { name, options, operator } of cases.slice(2)) {
  test(`no eigenvalue of the matrix is negative beyond rounding: ${name}`, async () => {
    await onSmall(options, async (loss, w) => {
      const { result, vectors } = await topEigenvalues(operator(loss, w), { count: 1, seed: 0, end: 'smallest' });
      vectors.forEach((vector) => vector.dispose());
      // float32 rounds to 6e-8; the largest eigenvalue is about 1.
      assert.ok(result.eigenvalues[0]!.value > -1e-5, `${result.eigenvalues[0]!.value}`);
    });
  });
}

test("the difference's error falls fourfold with half the step", async () => {
  await onSmall({ batchNorm: 'batch' }, async (loss, w) => {
    const matrix = symmetric(fixture.hessianBatch);
    // Along the linear layer's first weight, which comes after 54 of the convolution and 4 of batch norm.
    const column = 58;
    let index = 0;
    const v = hessian(loss, w).draw(() => (index++ === column ? 1 : 0));
    const exact = matrix[column]!;
    const errorOf = async (step: number): Promise<number> => {
      const product = await hessian(loss, w, { products: 'differences', step }).matvec(v);
      const found = product.toArrays().flatMap((array) => [...array]);
      product.dispose();
      return relativeError([found], [exact]);
    };
    const [large, small] = [await errorOf(0.4), await errorOf(0.2)];
    v.dispose();
    // Rounding is 1e-4 of the product at these steps, a thirtieth of the smaller error.
    assert.ok(small > 1e-3 && large / small > 3.6 && large / small < 4.4, `relative errors ${large} and ${small}`);
  });
});
