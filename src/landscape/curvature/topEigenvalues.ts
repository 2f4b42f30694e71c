import { checkOperator } from '../inputChecks';
import { random } from '../../engine/random';
import type { Vector } from '../../engine/vector';
import { longWork, type LongWork } from '../../progress/longWork';
import type { Stoppable } from '../../progress/work';
import type { LinearOperator, LinearOperatorSource } from '../operator';
import { KrylovSpace } from './krylov';
import { isWithin, measuredResidual, residualProducts, type MeasuredResidual } from './residual';
import { sureSteps } from './sureSteps';
import { symmetryOf, type Symmetry } from './symmetry';
import type { SmallEigenpair } from './symmetricEigen';

/** How eigenvalues are sought. */
export interface EigenvalueOptions extends Stoppable {
  /** k: how many. */
  readonly count: number;
  /** Of the start vectors. */
  readonly seed: number;
  /** From which end of the spectrum. Default: the largest. */
  readonly end?: 'largest' | 'smallest';
  /** Largest residual of a converged pair, in units of the largest |eigenvalue| found. Default: 0.01. */
  readonly tolerance?: number;
  /** Most products before the check of the result. Default: 100. As many vectors are kept in memory. */
  readonly maxIterations?: number;
  /** Number of start vectors, and so of copies of a repeated eigenvalue that are certain to be found. Default: 1. */
  readonly blockSize?: number;
  /** Called after each product. */
  readonly onProgress?: (progress: { readonly iterations: number; readonly of: number }) => void;
}

/** An eigenvalue, and how nearly its vector fulfils A v = value v. */
export interface Eigenvalue extends MeasuredResidual {
  readonly value: number;
  /** |A v - value v| for a unit vector v, measured by a product of its own. If the matrix is `symmetric`, the distance to the nearest eigenvalue is at most this. */
  readonly residual: number;
  readonly converged: boolean;
}

/** Eigenvalues with all that is needed to judge them, as plain data. */
export interface TopEigenvalues extends Symmetry {
  readonly source: LinearOperatorSource;
  readonly dimension: number;
  readonly end: 'largest' | 'smallest';
  /** From that end inwards. */
  readonly eigenvalues: readonly Eigenvalue[];
  /** Whether all of them have converged. */
  readonly converged: boolean;
  readonly iterations: number;
  /** Products with the matrix: one for each iteration, one for each eigenvalue's residual (two with differences), and two for the symmetry. */
  readonly products: number;
  readonly tolerance: number;
  readonly blockSize: number;
  readonly seed: number;
}

/** Eigenvalues with their unit vectors. The vectors belong to the caller. */
export interface Eigenpairs<V extends Vector> {
  readonly result: TopEigenvalues;
  readonly vectors: readonly V[];
}

/** Rounding in products may put the measured residual above the estimate that ends the iteration. */
const MARGIN = 0.5;

/**
 * The k eigenvalues at one end of a symmetric matrix's spectrum, and their vectors, by Lanczos with full reorthogonalisation.
 *
 * A pair counts as converged if its residual |A v - value v|, measured at the end by a product of its own, is at most
 * tolerance · max |eigenvalue|, if twice the step changes that product by no more, where products are differences, and if
 * there were enough iterations to meet the end of the spectrum, see {@link sureSteps}. Residuals do not show further copies of a
 * repeated eigenvalue: more than `blockSize` of them are certain to be found only where the space is exhausted first.
 *
 * @throws RangeError for more eigenvalues than the matrix has, more than iterations are allowed, or an option out of
 * range; Error if a product is not finite; StoppedError when it is stopped, with the values so far.
 * @example
 * const { result, vectors } = await landscape.topEigenvalues(landscape.hessian(loss, network.parameters), { count: 2, seed: 0 });
 */
export function topEigenvalues<V extends Vector>(operator: LinearOperator<V>, options: EigenvalueOptions): Promise<Eigenpairs<V>> {
  return longWork('topEigenvalues', options, (work) => eigenpairs(work, operator, options));
}

async function eigenpairs<V extends Vector>(work: LongWork, operator: LinearOperator<V>, options: EigenvalueOptions): Promise<Eigenpairs<V>> {
  const { count, seed, end = 'largest', tolerance = 0.01, blockSize = 1, onProgress } = options;
  checkOperator('topEigenvalues', operator);
  const maxIterations = Math.min(options.maxIterations ?? 100, operator.dimension);
  checkOptions(operator, { count, tolerance, blockSize, maxIterations });
  const rng = random(seed, 'eigenvalues');
  const normal = (): number => rng.normal();
  const space = new KrylovSpace(operator, Array.from({ length: Math.min(blockSize, operator.dimension) }, () => operator.draw(normal)), normal);
  try {
    let pairs: readonly SmallEigenpair[] = [];
    while (space.size < maxIterations && !isFound(space, pairs, { count, end, tolerance, dimension: operator.dimension })) {
      if (!(await space.grow())) {
        pairs = space.ritzPairs();
        break;
      }
      onProgress?.({ iterations: space.size, of: maxIterations });
      await work.advance({ done: space.size, of: maxIterations + count, unit: 'products at most' }, () => valuesSoFar(space, count, end));
      // The small eigenproblem costs the cube of the basis, so a larger one is solved less often.
      const due = space.size >= count && (space.size % Math.ceil(space.size / 20) === 0 || space.size === maxIterations);
      pairs = due ? space.ritzPairs() : [];
    }
    if (pairs.length < count) {
      throw new RangeError(`topEigenvalues: the matrix acts on ${space.size} dimensions, fewer than the count of ${count}; ask for at most ${space.size}.`);
    }
    const sure = space.size >= sureSteps(operator.dimension) || isFound(space, pairs, { count, end, tolerance, dimension: operator.dimension });
    const symmetry = await symmetryOf(operator);
    const found = await measure(operator, space, fromEnd(pairs, count, end), sure ? tolerance * scaleOf(pairs) : -1);
    return {
      result: {
        source: operator.source,
        dimension: operator.dimension,
        end,
        eigenvalues: found.map(({ eigenvalue }) => eigenvalue),
        converged: found.every(({ eigenvalue }) => eigenvalue.converged),
        iterations: space.size,
        products: space.size + count * residualProducts(operator),
        ...symmetry,
        tolerance,
        blockSize,
        seed,
      },
      vectors: found.map(({ vector }) => vector),
    };
  } finally {
    space.dispose();
  }
}

/** Partial results: values, and bounds of their residuals. */
function valuesSoFar<V extends Vector>(space: KrylovSpace<V>, count: number, end: 'largest' | 'smallest'): readonly Eigenvalue[] {
  return fromEnd(space.ritzPairs(), count, end).map((pair) => ({ value: pair.value, residual: space.residualBound(pair), converged: false }));
}

function scaleOf(pairs: readonly SmallEigenpair[]): number {
  return pairs.reduce((largest, { value }) => Math.max(largest, Math.abs(value)), 0);
}

function fromEnd(pairs: readonly SmallEigenpair[], count: number, end: 'largest' | 'smallest'): readonly SmallEigenpair[] {
  return (end === 'largest' ? pairs : [...pairs].reverse()).slice(0, count);
}

/**
 * Whether the values at the end are found, by estimates of their residuals. Where the space is invariant, copies of its values
 * may lie outside of it; then it is continued from a fresh direction, until the new part holds none of the values at the end.
 */
function isFound<V extends Vector>(
  space: KrylovSpace<V>,
  pairs: readonly SmallEigenpair[],
  { count, end, tolerance, dimension }: { readonly count: number; readonly end: 'largest' | 'smallest'; readonly tolerance: number; readonly dimension: number },
): boolean {
  const limit = MARGIN * tolerance * scaleOf(pairs);
  const wanted = fromEnd(pairs, count, end);
  if (wanted.length < count || wanted.some((pair) => space.residualBound(pair) > limit)) {
    return false;
  }
  if (!space.isInvariant(limit)) {
    return space.size >= sureSteps(dimension);
  }
  const [last, chain] = [wanted.at(-1)!.value, space.lastChain()];
  if (end === 'largest' ? last >= chain[0]! - limit : last <= chain.at(-1)! + limit) {
    return true;
  }
  space.restart();
  return false;
}

/** Builds the vectors of Ritz pairs and measures their residuals; with a limit below 0 none has converged. */
async function measure<V extends Vector>(
  operator: LinearOperator<V>,
  space: KrylovSpace<V>,
  pairs: readonly SmallEigenpair[],
  limit: number,
): Promise<{ readonly eigenvalue: Eigenvalue; readonly vector: V }[]> {
  const found: { readonly eigenvalue: Eigenvalue; readonly vector: V }[] = [];
  try {
    for (const { value, vector: coefficients } of pairs) {
      const vector = space.combine(coefficients);
      found.push({ vector, eigenvalue: { value, residual: NaN, converged: false } });
      const measured = await measuredResidual(operator, vector, value);
      found[found.length - 1] = { vector, eigenvalue: { value, ...measured, converged: isWithin(measured, limit) } };
    }
    return found;
  } catch (error) {
    found.forEach(({ vector }) => vector.dispose());
    throw error;
  }
}

function checkOptions<V extends Vector>(
  { dimension }: LinearOperator<V>,
  { count, tolerance, blockSize, maxIterations }: { readonly count: number; readonly tolerance: number; readonly blockSize: number; readonly maxIterations: number },
): void {
  if (!(Number.isSafeInteger(count) && count >= 1 && count <= dimension)) {
    throw new RangeError(`topEigenvalues: expected a count from 1 to ${dimension}, the dimension of the matrix, got ${count}.`);
  }
  if (!(maxIterations >= count)) {
    throw new RangeError(`topEigenvalues: ${maxIterations} iterations find at most as many eigenvalues, got a count of ${count}; raise maxIterations.`);
  }
  if (!(Number.isFinite(tolerance) && tolerance > 0)) {
    throw new RangeError(`topEigenvalues: expected a tolerance above 0, got ${tolerance}; 0.01 suits float32.`);
  }
  if (!(Number.isSafeInteger(blockSize) && blockSize >= 1)) {
    throw new RangeError(`topEigenvalues: expected a blockSize of at least 1, got ${blockSize}.`);
  }
}
