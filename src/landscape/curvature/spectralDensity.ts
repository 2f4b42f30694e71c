import { checkOperator } from '../inputChecks';
import { momentsOf } from '../../engine/moments';
import { random } from '../../engine/random';
import type { Vector } from '../../engine/vector';
import { longWork, type LongWork } from '../../progress/longWork';
import type { Stoppable } from '../../progress/work';
import type { LinearOperator, LinearOperatorSource } from '../operator';
import { withTemporaryVectors } from '../temporaries';
import { KrylovSpace } from './krylov';
import { isWithin, measuredResidual, residualProducts, type MeasuredResidual } from './residual';
import { symmetryOf, type Symmetry } from './symmetry';

/** How a spectral density is estimated. */
export interface DensityOptions extends Stoppable {
  /** Random start vectors. Default: 10. */
  readonly probes?: number;
  /** Products from each. Default: 80. As many vectors are kept in memory. */
  readonly steps?: number;
  readonly seed: number;
  /** Standard deviation of the Gaussian that each eigenvalue is blurred with. Default: a hundredth of the spectrum's range. */
  readonly width?: number;
  /** Points of the curve, evenly spaced. Default: 1001. */
  readonly points?: number;
  /** Largest residual of the ends of a converged spectrum, in units of the largest |eigenvalue| found. Default: 0.01. */
  readonly tolerance?: number;
  /** Called after each product. */
  readonly onProgress?: (progress: { readonly products: number; readonly of: number }) => void;
}

/** Nodes and weights of one probe's Gaussian quadrature: zᵀ f(A) z / zᵀ z = sum of weight · f(value), for polynomials up to twice the steps. */
export interface Quadrature {
  readonly values: readonly number[];
  /** Positive; their sum is 1. */
  readonly weights: readonly number[];
}

/** An estimated spectral density with all that is needed to judge it, as plain data. */
export interface SpectralDensity extends Symmetry, MeasuredResidual {
  readonly source: LinearOperatorSource;
  readonly dimension: number;
  /** Where the curve is given, from below the smallest eigenvalue found to above the largest. */
  readonly eigenvalues: readonly number[];
  /** Share of all eigenvalues per unit; the integral over the curve is 1. */
  readonly density: readonly number[];
  /** Of the density, over the probes; 0 with one probe, where it cannot be estimated. */
  readonly standardError: readonly number[];
  readonly quadratures: readonly Quadrature[];
  readonly probes: number;
  /** Most products of a probe: fewer than the steps where the start vectors meet fewer distinct eigenvalues, so that the quadrature is exact. */
  readonly iterations: number;
  readonly products: number;
  /** The largest residual that a probe left at either end of the spectrum, measured by products of its own. */
  readonly residual: number;
  /** Whether the residual is at most tolerance · largest |eigenvalue| and, where products are differences, so is the change by twice the step: then the ends of the spectrum are found. */
  readonly converged: boolean;
  readonly tolerance: number;
  readonly width: number;
  readonly seed: number;
}

/** Beyond this many deviations a Gaussian has 6e-9 of its mass. */
const DEVIATIONS = 6;

interface ProbeResult extends Quadrature {
  readonly products: number;
  /** At both ends. */
  readonly residuals: readonly MeasuredResidual[];
}

async function runProbe<V extends Vector>(operator: LinearOperator<V>, steps: number, seed: number, probe: number, report: () => Promise<void>): Promise<ProbeResult> {
  const rng = random(seed, 'density', probe);
  const sign = (): number => (rng.uniform() < 0.5 ? -1 : 1);
  const space = new KrylovSpace(operator, [operator.draw(sign)], () => rng.normal());
  try {
    // Directions outside a closed space have no part in the start vector: further nodes would have the weight 0.
    while (space.size < steps && !space.isClosed() && (await space.grow())) {
      await report();
    }
    const pairs = space.ritzPairs();
    const residuals: MeasuredResidual[] = [];
    for (const { value, vector } of [pairs[0]!, pairs.at(-1)!]) {
      residuals.push(await withTemporaryVectors((own) => measuredResidual(operator, own(space.combine(vector)), value)));
    }
    return {
      values: pairs.map(({ value }) => value),
      weights: pairs.map(({ vector }) => vector[0]! ** 2),
      products: space.size,
      residuals,
    };
  } finally {
    space.dispose();
  }
}

/** The nodes of a quadrature, each blurred with a Gaussian. */
function blur({ values, weights }: Quadrature, at: readonly number[], width: number): number[] {
  const height = 1 / (width * Math.sqrt(2 * Math.PI));
  return at.map((x) => values.reduce((sum, value, index) => sum + weights[index]! * height * Math.exp(-0.5 * ((x - value) / width) ** 2), 0));
}

/** Mean of the curves, and its standard error, point by point. */
function summarize(curves: readonly (readonly number[])[]): { readonly density: number[]; readonly standardError: number[] } {
  const moments = curves[0]!.map((_, point) => momentsOf(curves.map((curve) => curve[point]!)));
  return {
    density: moments.map(({ mean }) => mean),
    standardError: moments.map(({ standardError }) => (curves.length === 1 ? 0 : standardError)),
  };
}

/**
 * The density of a symmetric matrix's eigenvalues by stochastic Lanczos quadrature: from each random start of signs z, m
 * steps of Lanczos give the m nodes and weights of a Gaussian quadrature for zᵀ f(A) z / n. The mean over the starts, each
 * node blurred with a Gaussian, is the density.
 *
 * A start that meets fewer distinct eigenvalues than there are steps gives them all as nodes, and its quadrature is exact.
 *
 * @throws RangeError for an option out of range; Error if a product is not finite; StoppedError when it is stopped, with the quadratures so far.
 * @source Lin et al. 2016 (SIAM Review 58), section 3.2; Ghorbani et al. 2019 (arXiv 1901.10159), section 2.
 * @example
 * const { eigenvalues, density } = await landscape.spectralDensity(landscape.hessian(loss, network.parameters), { seed: 0, probes: 4, steps: 40 });
 */
export function spectralDensity<V extends Vector>(operator: LinearOperator<V>, options: DensityOptions): Promise<SpectralDensity> {
  return longWork('spectralDensity', options, (work) => density(work, operator, options));
}

async function density<V extends Vector>(work: LongWork, operator: LinearOperator<V>, options: DensityOptions): Promise<SpectralDensity> {
  const { probes = 10, seed, points = 1001, tolerance = 0.01, onProgress } = options;
  checkOperator('spectralDensity', operator);
  const steps = Math.min(options.steps ?? 80, operator.dimension);
  checkOptions({ probes, steps, points, width: options.width ?? 1, tolerance });
  const found: ProbeResult[] = [];
  let products = 0;
  for (let probe = 0; probe < probes; probe++) {
    const report = (): Promise<void> => {
      products++;
      onProgress?.({ products, of: probes * steps });
      return work.advance({ done: products, of: probes * steps, unit: 'products' }, () => ({ quadratures: found.map(({ values, weights }) => ({ values, weights })) }));
    };
    found.push(await runProbe(operator, steps, seed, probe, report));
  }
  const lowest = Math.min(...found.map(({ values }) => values.at(-1)!));
  const highest = Math.max(...found.map(({ values }) => values[0]!));
  const scale = Math.max(Math.abs(lowest), Math.abs(highest));
  const width = options.width ?? defaultWidth(highest - lowest, scale);
  const [from, to] = [lowest - DEVIATIONS * width, highest + DEVIATIONS * width];
  const eigenvalues = Array.from({ length: points }, (_, index) => from + ((to - from) * index) / (points - 1));
  const residuals = found.flatMap((probe) => probe.residuals);
  const stepErrors = residuals.flatMap(({ stepError }) => stepError ?? []);
  const measured = { residual: Math.max(...residuals.map(({ residual }) => residual)), ...(stepErrors.length === 0 ? {} : { stepError: Math.max(...stepErrors) }) };
  return {
    source: operator.source,
    dimension: operator.dimension,
    eigenvalues,
    ...summarize(found.map((quadrature) => blur(quadrature, eigenvalues, width))),
    quadratures: found.map(({ values, weights }) => ({ values, weights })),
    probes,
    iterations: Math.max(...found.map((probe) => probe.products)),
    products: products + residuals.length * residualProducts(operator),
    ...measured,
    converged: isWithin(measured, tolerance * scale),
    ...(await symmetryOf(operator)),
    tolerance,
    width,
    seed,
  };
}

/** A hundredth of the range; of the size, for a spectrum of one value; 1 for the matrix of zeros. */
function defaultWidth(range: number, scale: number): number {
  return (range > 1e-6 * scale ? range : scale > 0 ? scale : 100) / 100;
}

function checkOptions(counts: { readonly probes: number; readonly steps: number; readonly points: number; readonly width: number; readonly tolerance: number }): void {
  for (const [name, least] of [['probes', 1], ['steps', 1], ['points', 2]] as const) {
    if (!(Number.isSafeInteger(counts[name]) && counts[name] >= least)) {
      throw new RangeError(`spectralDensity: expected ${name} of at least ${least}, got ${counts[name]}.`);
    }
  }
  for (const name of ['width', 'tolerance'] as const) {
    if (!(Number.isFinite(counts[name]) && counts[name] > 0)) {
      throw new RangeError(`spectralDensity: expected a ${name} above 0, got ${counts[name]}.`);
    }
  }
}
