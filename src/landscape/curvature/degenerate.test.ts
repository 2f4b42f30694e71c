import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { PlainVector } from '../../engine/plainVector';
import { tensorCount } from '../../engine/tensor';
import { TensorVector } from '../../engine/tensorVector';
import { expectAllClose } from '../../testing/expectAllClose';
import { formulaLoss } from '../testing/formulaLoss';
import { hessian } from './hessian';
import { spectralDensity } from './spectralDensity';
import { matrixOperator, matrixWithSpectrum } from '../testing/matrices';
import { topEigenvalues } from './topEigenvalues';
import { hessianTrace } from './trace';

/*
 * Small matrices with repeated eigenvalues, of low rank or with huge gaps, against all eigenvalues from ml-matrix.
 */
const SEEDS = Array.from({ length: 10 }, (_, seed) => seed);
const repeated = (count: number, value: number): number[] => Array<number>(count).fill(value);

const diagonal = (values: readonly number[]): number[][] => values.map((value, row) => values.map((_, column) => (row === column ? value : 0)));

/** Spectra by name; each is tested as a diagonal, and rotated by reflections. */
const spectra: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`identity of ${index + 1} rows`, repeated(index + 1, 1)])),
  ...Object.fromEntries([1, 2, 5, 10].map((size) => [`zeros of ${size} rows`, repeated(size, 0)])),
  ...Object.fromEntries([1, 2, 3, 8].map((size) => [`rank one of ${size} rows`, [4, ...repeated(size - 1, 0)]])),
  'negative rank one': [-4, 0, 0, 0, 0],
  'two blocks': [3, 3, 3, -2, -2],
  'three blocks': [5, 5, 1, 1, 1, 0, 0, 0],
  'a block and a tail': [7, 7, 7, 1, 0.5, 0.25],
  'huge gaps': [1e8, 1, 1e-8, 0],
  'huge gaps, repeated': [1e12, 1e12, 1, 1, -1e6],
  'tiny': [1e-200, 1e-200, 0],
  'large': [1e200, 1e200, 1e190],
  'softmax of 26 parameters': [...repeated(2, 0.3), ...repeated(8, 0.05), ...repeated(16, 0)],
};

interface Case {
  readonly name: string;
  readonly matrix: readonly (readonly number[])[];
  /** By ml-matrix, the largest first. */
  readonly exact: readonly number[];
  readonly scale: number;
}

function casesOf(seed: number): Case[] {
  return Object.entries(spectra).flatMap(([name, spectrum]) =>
    [diagonal(spectrum), matrixWithSpectrum(spectrum, seed)].map((matrix, turned) => {
      const scale = Math.max(...spectrum.map(Math.abs));
      // Of the matrix in units of its largest eigenvalue: ml-matrix squares elements, which overflows for 1e200.
      const unit = scale === 0 ? 1 : scale;
      const exact = new EigenvalueDecomposition(new Matrix(matrix.map((row) => row.map((element) => element / unit))), { assumeSymmetric: true }).realEigenvalues.map((value) => unit * value).sort((a, b) => b - a);
      return { name: `${name}${turned === 1 ? ', turned' : ''}, seed ${seed}`, matrix, exact, scale };
    }),
  );
}

/*
 * Both programs round in double precision: eigenvalues of n rows are right to a few n 2^-52 of the largest (Weyl).
 * Reflections of the test matrices add as much; 1e-13 leaves room for n = 26.
 */
const ROUNDING = 1e-13;

test('all eigenvalues of small degenerate matrices, from either end', async () => {
  for (const { name, matrix, exact, scale } of SEEDS.flatMap(casesOf)) {
    for (const end of ['largest', 'smallest'] as const) {
      const { result } = await topEigenvalues(matrixOperator(matrix), { count: exact.length, seed: 3, tolerance: 1e-10, end });
      expectAllClose(result.eigenvalues.map(({ value }) => value), end === 'largest' ? exact : [...exact].reverse(), { absolute: ROUNDING * scale }, name);
      assert.equal(result.converged, true, name);
    }
  }
});

test('the nodes of each quadrature are eigenvalues, its weights sum to 1, and a closed space ends it', async () => {
  for (const seed of SEEDS) {
    for (const { name, matrix, exact, scale } of casesOf(seed)) {
      const operator = matrixOperator(matrix);
      const found = await spectralDensity(operator, { seed, probes: 3 });
      // Two more for the symmetry check, of which the matrix of zeros needs one.
      assert.ok([1, 2].includes(operator.asked.products - found.products), name);
      assert.ok(found.converged && found.density.every(Number.isFinite), name);
      for (const { values, weights } of found.quadratures) {
        assert.ok(values.length <= exact.length, name);
        expectAllClose([weights.reduce((sum, weight) => sum + weight, 0)], [1], { absolute: 1e-12 }, name);
        for (const value of values) {
          const nearest = Math.min(...exact.map((eigenvalue) => Math.abs(eigenvalue - value)));
          assert.ok(nearest <= ROUNDING * scale, `${name}: ${value} is ${nearest} off`);
        }
      }
    }
  }
});

test('random signs weigh the eigenvalues of a diagonal matrix by multiplicity, with one product for each distinct one', async () => {
  for (const seed of SEEDS) {
    for (const [spectrum, nodes, shares] of [
      [[1, 1], [1], [1]],
      [[2, 2, 2, -1], [2, -1], [3 / 4, 1 / 4]],
      [[0, 0, 0, 0, 0], [0], [1]],
      [[4, 0, 0, 0], [4, 0], [1 / 4, 3 / 4]],
    ] as const) {
      const { quadratures, iterations, products } = await spectralDensity(matrixOperator(diagonal(spectrum)), { seed, probes: 2 });
      for (const { values, weights } of quadratures) {
        expectAllClose(values, nodes, { absolute: 1e-14 });
        expectAllClose(weights, shares, { absolute: 1e-14 });
      }
      assert.deepEqual([iterations, products], [nodes.length, 2 * (nodes.length + 2)], 'one for each node, and two for the residuals of the ends');
    }
  }
});

test('traces of small degenerate matrices', async () => {
  for (const seed of SEEDS) {
    for (const { name, matrix, exact, scale } of casesOf(seed)) {
      const trace = exact.reduce((sum, value) => sum + value, 0);
      for (const method of ['hutchinson', 'hutch++'] as const) {
        const found = await hessianTrace(matrixOperator(matrix), { method, seed, products: 90, tolerance: 0 });
        // 640 estimates: one in 16,000 lies beyond 4 standard errors by chance.
        assert.ok(Math.abs(found.trace - trace) <= 4 * found.standardError + ROUNDING * scale * exact.length, `${name}, ${method}: ${found.trace} +- ${found.standardError}, exact ${trace}`);
      }
    }
  }
});

test('the Hessian of a round bowl in two weights has all its density at 1, from every seed', async () => {
  const bowl = formulaLoss(([x, y]) => (x! ** 2 + y! ** 2) / 2, (w) => w);
  for (const seed of SEEDS) {
    const { quadratures } = await spectralDensity(hessian(bowl, PlainVector.of(0.3, 0.4)), { seed });
    for (const { values, weights } of quadratures) {
      // Differences of gradients near 1 with a step of 2e-3: rounding of 2^-52 / 2e-3 = 1e-13, a few times.
      expectAllClose([values.reduce((sum, value, index) => sum + weights[index]! * value, 0)], [1], { absolute: 1e-12 });
    }
  }
});

test('native tensors: the identity and a rank of one, without a tensor left', async () => {
  const spec = [{ name: 'w', kind: 'weight', shape: [4] }] as const;
  const before = tensorCount();
  for (const scales of [[1, 1, 1, 1], [0, 0, 0, 0], [3, 0, 0, 0], [2, 2, -1, -1]]) {
    const operator = {
      source: { matrix: 'given', parameters: 'all' } as const,
      dimension: 4,
      draw: (element: () => number) => TensorVector.from(spec, [Float32Array.from(scales, element)]),
      matvec: (v: TensorVector) => Promise.resolve(TensorVector.from(spec, v.toArrays().map((array) => array.map((value, index) => scales[index]! * value)))),
    };
    for (const seed of SEEDS) {
      const { quadratures } = await spectralDensity(operator, { seed, probes: 2 });
      for (const { values, weights } of quadratures) {
        const mean = values.reduce((sum, value, index) => sum + weights[index]! * value, 0);
        // float32: 2^-24 a rounding, some ten of them in a product of unit vectors.
        expectAllClose([mean], [scales.reduce((sum, value) => sum + value, 0) / 4], { absolute: 3e-6 });
      }
      const { result, vectors } = await topEigenvalues(operator, { count: 4, seed, tolerance: 1e-4 });
      expectAllClose(result.eigenvalues.map(({ value }) => value), [...scales].sort((a, b) => b - a), { absolute: 3e-6 });
      vectors.forEach((vector) => vector.dispose());
    }
  }
  assert.equal(tensorCount(), before);
});

test('an operator that acts on fewer dimensions than it says ends with an error that names them', async () => {
  const operator = { ...matrixOperator(diagonal([2, 1, 0])), draw: (element: () => number) => PlainVector.of(element(), element(), 0) };
  await assert.rejects(topEigenvalues(operator, { count: 3, seed: 0 }), { name: 'RangeError', message: 'topEigenvalues: the matrix acts on 2 dimensions, fewer than the count of 3; ask for at most 2.' });
  const { quadratures } = await spectralDensity(operator, { seed: 0, probes: 1 });
  expectAllClose(quadratures[0]!.values, [2, 1], { absolute: 1e-14 });
});
