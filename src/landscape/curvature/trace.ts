import { checkOperator } from '../inputChecks';
import { momentsOf } from '../../engine/moments';
import { random } from '../../engine/random';
import type { Vector } from '../../engine/vector';
import { longWork, type LongWork } from '../../progress/longWork';
import type { Stoppable } from '../../progress/work';
import type { LinearOperator, LinearOperatorSource } from '../operator';
import { withTemporaryVectors } from '../temporaries';
import { orthogonalizeInPlace, unitOutside } from './krylov';
import type { Eigenpairs, Eigenvalue, TopEigenvalues } from './topEigenvalues';

/** How a trace is estimated. */
export interface TraceOptions<V extends Vector = Vector> extends Stoppable {
  /**
   * What `topEigenvalues` found of the same matrix: on the span of these vectors the trace is then exact, for one product that checks
   * them, and only the rest is sampled. Where a few eigenvalues stand out this takes fewer products. With `hutchinson` alone.
   */
  readonly eigenpairs?: Eigenpairs<V>;
  /** `hutch++` needs fewer products where a few eigenvalues make up most of the trace. Default: `hutchinson`. */
  readonly method?: 'hutchinson' | 'hutch++';
  /** Most products with the matrix. Default: 100. */
  readonly products?: number;
  /** Standard error of a converged estimate, in units of |trace|. Default: 0.05. */
  readonly tolerance?: number;
  readonly seed: number;
  /** Called after each product. */
  readonly onProgress?: (progress: { readonly products: number; readonly of: number }) => void;
}

/** An estimated trace with all that is needed to judge it, as plain data. */
export interface TraceEstimate {
  readonly source: LinearOperatorSource;
  readonly dimension: number;
  readonly method: 'hutchinson' | 'hutch++';
  /** Eigenvectors on whose span the trace is exact; absent where there are none. */
  readonly eigenvectors?: number;
  readonly trace: number;
  /** Of the mean over the random samples. */
  readonly standardError: number;
  /** Random samples behind the standard error; 0 where Hutch++ spans the whole space, so that the trace is exact. */
  readonly samples: number;
  readonly products: number;
  /** Where products are differences, the mean change of a sample with twice the step. */
  readonly stepError?: number;
  /** Whether the standard error, and the error of the step where there is one, are at most tolerance · |trace|. */
  readonly converged: boolean;
  readonly tolerance: number;
  readonly seed: number;
}

/** With fewer samples a standard error is too uncertain to stop by. */
const FEWEST_SAMPLES = 10;

/** Samples that are also computed with twice the step, where products are differences. */
const STEP_SAMPLES = 3;

/** Draws a vector of random signs, +1 or -1 with equal chance (Rademacher). */
function signs<V extends Vector>(operator: LinearOperator<V>, seed: number, stream: string, index: number): V {
  const rng = random(seed, stream, index);
  return operator.draw(() => (rng.uniform() < 0.5 ? -1 : 1));
}

/** Mean of zᵀ A z - zᵀ A' z with A' by differences over twice the step; undefined where products are exact. */
async function stepErrorOf<V extends Vector>(operator: LinearOperator<V>, seed: number): Promise<number | undefined> {
  if (operator.matvecAtTwiceTheStep === undefined) {
    return undefined;
  }
  let sum = 0;
  for (let index = 0; index < STEP_SAMPLES; index++) {
    sum += await withTemporaryVectors(async (own) => {
      const z = own(signs(operator, seed, 'trace', index));
      return z.dot(own(await operator.matvec(z))) - z.dot(own(await operator.matvecAtTwiceTheStep!(z)));
    });
  }
  return Math.abs(sum) / STEP_SAMPLES;
}

/** vᵀ A v. @throws Error for a product that is not finite. */
async function quadraticForm<V extends Vector>(operator: LinearOperator<V>, v: V): Promise<number> {
  return withTemporaryVectors(async (own) => {
    const form = v.dot(own(await operator.matvec(v)));
    checkFinite(form);
    return form;
  });
}

function checkFinite(size: number): void {
  if (!Number.isFinite(size)) {
    throw new Error(`hessianTrace: a product with the matrix is not finite, got ${size}; the weights hold NaN, or the loss or its gradient overflows near this point.`);
  }
}

/** Unit vectors that are orthogonal but for float32 rounding have dot products below this. */
const ORTHOGONAL = 1e-3;

/** A Rayleigh quotient of the same matrix differs from its Ritz value by rounding, or by the error of differences, at most by this share of the largest value. */
const SAME_MATRIX = 0.02;

/**
 * Checks eigenpairs, with one product: vᵀ A v of the first vector has to be its value.
 *
 * @returns the number of products.
 * @throws RangeError for eigenpairs of another matrix, with Hutch++, or whose vectors are not orthonormal.
 */
async function checkEigenpairs<V extends Vector>(operator: LinearOperator<V>, method: TraceEstimate['method'], eigenpairs: Eigenpairs<V> | undefined): Promise<number> {
  if (eigenpairs === undefined || eigenpairs.vectors.length === 0) {
    return 0;
  }
  const { dimension } = operator;
  const { result, vectors } = eigenpairs;
  if (method === 'hutch++') {
    throw new RangeError('hessianTrace: hutch++ finds vectors of its own, got eigenpairs as well; leave one of them out.');
  }
  if (result.dimension !== dimension || vectors.length !== result.eigenvalues.length) {
    throw new RangeError(`hessianTrace: expected eigenpairs of this matrix, ${dimension} rows and a vector for each eigenvalue, got ${vectors.length} vectors for ${result.eigenvalues.length} eigenvalues of a matrix with ${result.dimension} rows; pass on what topEigenvalues returns.`);
  }
  const off = Math.max(0, ...vectors.flatMap((q, row) => vectors.slice(row).map((p, column) => Math.abs(q.dot(p) - (column === 0 ? 1 : 0)))));
  if (!(off <= ORTHOGONAL)) {
    throw new RangeError(`hessianTrace: expected eigenvectors of length 1, orthogonal to each other, got dot products that are off by ${off}; pass on what topEigenvalues returns.`);
  }
  const [{ value }] = result.eigenvalues as readonly [Eigenvalue, ...Eigenvalue[]];
  const largest = Math.max(...result.eigenvalues.map((one) => Math.abs(one.value)));
  const quotient = await quadraticForm(operator, vectors[0]!);
  if (!(Math.abs(quotient - value) <= SAME_MATRIX * largest)) {
    throw new RangeError(`hessianTrace: expected eigenpairs of this matrix, got a first value of ${value} where its vector has ${quotient} here; find them at these weights and on these images.`);
  }
  return 1;
}

/** Eigenpairs on whose span the trace is exact. */
interface Exact<V extends Vector> {
  readonly result: Pick<TopEigenvalues, 'eigenvalues'>;
  readonly vectors: readonly V[];
}

const NO_EIGENPAIRS = { result: { eigenvalues: [] }, vectors: [] };

type Found = Pick<TraceEstimate, 'trace' | 'standardError' | 'samples' | 'products'>;
type Settings = Required<Omit<TraceOptions, 'onProgress' | 'method' | 'signal' | 'eigenpairs'>> & { readonly report: (products: number, samples?: readonly number[]) => Promise<void> };

async function hutchinson<V extends Vector>(operator: LinearOperator<V>, { result, vectors }: Exact<V>, { products, tolerance, seed, report }: Settings): Promise<Found> {
  // A Ritz value is qᵀ A q, whether or not its pair has converged.
  const within = result.eigenvalues.reduce((sum, { value }) => sum + value, 0);
  const samples: number[] = [];
  const enough = (): boolean => {
    const { mean, standardError } = momentsOf(samples);
    return samples.length >= FEWEST_SAMPLES && standardError <= tolerance * Math.abs(mean);
  };
  while (samples.length < products && !enough()) {
    samples.push(within + (await sampleOutside(operator, vectors, seed, samples.length)));
    await report(samples.length, samples);
  }
  const { mean, standardError } = momentsOf(samples);
  return { trace: mean, standardError, samples: samples.length, products: samples.length };
}

/** An orthonormal basis of the span of A s for random s, where most of the trace lies. Freed by `own`. */
async function sketch<V extends Vector>(operator: LinearOperator<V>, columns: number, { seed, report }: Settings, own: (made: V) => V): Promise<V[]> {
  const basis: V[] = [];
  for (let index = 0; index < columns; index++) {
    const image = await withTemporaryVectors((own) => operator.matvec(own(signs(operator, seed, 'sketch', index))));
    checkFinite(image.norm());
    const unit = unitOutside(image, basis);
    if (unit !== undefined) {
      basis.push(own(unit));
    }
    await report(index + 1);
  }
  return basis;
}

async function hutchPlusPlus<V extends Vector>(operator: LinearOperator<V>, settings: Settings): Promise<Found> {
  const columns = Math.min(Math.floor(settings.products / 3), operator.dimension);
  return withTemporaryVectors(async (own) => {
    const basis = await sketch(operator, columns, settings, own);
    let done = columns;
    let within = 0;
    for (const q of basis) {
      within += await quadraticForm(operator, q);
      await settings.report(++done);
    }
    const outside: number[] = [];
    // A basis with as many vectors as the matrix has rows spans everything.
    while (basis.length < operator.dimension && outside.length < Math.max(2, settings.products - 2 * columns)) {
      outside.push(await sampleOutside(operator, basis, settings.seed, outside.length));
      await settings.report(++done);
    }
    const { mean, standardError } = outside.length === 0 ? { mean: 0, standardError: 0 } : momentsOf(outside);
    return { trace: within + mean, standardError, samples: outside.length, products: done };
  });
}

/** gᵀ (I - Q Qᵀ) A (I - Q Qᵀ) g for random signs g. */
async function sampleOutside<V extends Vector>(operator: LinearOperator<V>, basis: readonly V[], seed: number, index: number): Promise<number> {
  return withTemporaryVectors(async (own) => {
    const g = own(signs(operator, seed, 'trace', index));
    orthogonalizeInPlace(g, basis);
    return quadraticForm(operator, g);
  });
}

/**
 * Estimates the trace of a symmetric matrix from products with random signs z.
 *
 * `hutchinson`: mean of zᵀ A z, whose variance is 2 times the sum of squares off the diagonal. It ends as soon as the
 * standard error is within the tolerance, after 10 samples at the earliest. With eigenpairs (l, q) it is the sum of l plus the
 * mean of zᵀ P A P z, P = I - Q Qᵀ, which holds for any orthonormal q with l = qᵀ A q, and whose variance lacks their l².
 * `hutch++`: exact on the span Q of a third of the products, tr(Qᵀ A Q), and Hutchinson's estimate outside of it; a third of as
 * many vectors is kept in memory.
 *
 * @throws RangeError for fewer products than 2 (6 for Hutch++), a tolerance below 0, or eigenpairs of another matrix or with Hutch++; StoppedError when it is stopped, with Hutchinson's estimate so far.
 * @source Hutchinson 1990 (Communications in Statistics 19); Meyer et al. 2021 (arXiv 2010.09649), algorithm 1.
 * @example
 * const { trace, standardError } = await landscape.hessianTrace(landscape.hessian(loss, network.parameters), { seed: 0 });
 * // With what topEigenvalues found of the same matrix: hessianTrace(matrix, { eigenpairs, seed: 0 }).
 */
export function hessianTrace<V extends Vector>(operator: LinearOperator<V>, options: TraceOptions<V>): Promise<TraceEstimate> {
  return longWork('hessianTrace', options, (work) => estimate(work, operator, options));
}

async function estimate<V extends Vector>(work: LongWork, operator: LinearOperator<V>, options: TraceOptions<V>): Promise<TraceEstimate> {
  const { method = 'hutchinson', products = 100, tolerance = 0.05, seed, eigenpairs, onProgress } = options;
  checkOperator('hessianTrace', operator);
  const fewest = method === 'hutchinson' ? 2 : 6;
  if (!(Number.isSafeInteger(products) && products >= fewest)) {
    throw new RangeError(`hessianTrace: ${method} needs at least ${fewest} products, got ${products}.`);
  }
  if (!(Number.isFinite(tolerance) && tolerance >= 0)) {
    throw new RangeError(`hessianTrace: expected a tolerance of 0 or more, got ${tolerance}.`);
  }
  const report = (done: number, samples: readonly number[] = []): Promise<void> => {
    onProgress?.({ products: done, of: products });
    return work.advance({ done, of: products, unit: 'products at most' }, () => {
      const { mean, standardError } = momentsOf(samples);
      return samples.length < 2 ? undefined : { trace: mean, standardError, samples: samples.length };
    });
  };
  const settings = { products, tolerance, seed, report };
  const checked = await checkEigenpairs(operator, method, eigenpairs);
  const sampled = await (method === 'hutchinson' ? hutchinson(operator, eigenpairs ?? NO_EIGENPAIRS, settings) : hutchPlusPlus(operator, settings));
  const found = { ...sampled, products: sampled.products + checked };
  const stepError = await stepErrorOf(operator, seed);
  const converged = Math.max(found.standardError, stepError ?? 0) <= tolerance * Math.abs(found.trace);
  return { source: operator.source, dimension: operator.dimension, method, ...(eigenpairs === undefined ? {} : { eigenvectors: eigenpairs.vectors.length }), ...found, ...(stepError === undefined ? {} : { stepError, products: found.products + 2 * STEP_SAMPLES }), converged, tolerance, seed };
}
