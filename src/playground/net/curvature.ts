import { random } from '../../engine/random';
import { scaleTo } from '../../engine/scaling';
import type { TensorVector } from '../../engine/tensorVector';
import { hessian } from '../../landscape/curvature/hessian';
import { KrylovSpace } from '../../landscape/curvature/krylov';
import { secantCurvature } from '../../landscape/curvature/secantCurvature';
import type { LinearOperator } from '../../landscape/operator';
import type { Model } from '../../models/model';
import type { Points } from './data';
import { batchOf, pointLoss } from './model';

/** Products with the Hessian that one measurement takes at least and at most. */
const [LEAST_PRODUCTS, MOST_PRODUCTS] = [6, 24];
/** Largest residual |H v - value v| of the eigenvalue, in units of its size. */
const TOLERANCE = 0.01;
/** Random share of the start vector: with only the last eigenvector it could miss another one whose eigenvalue has become larger. */
const FRESH_SHARE = 0.3;

/** The curvature of the training loss at a network's weights. */
export interface Curvature {
  /** The largest eigenvalue of the Hessian. */
  readonly eigenvalue: number;
  /** Whether its residual is within 1 % of it. */
  readonly converged: boolean;
  /** Its unit vector v, which belongs to the caller. */
  readonly vector: TensorVector;
  /** v · (g(w + rho v) - g(w - rho v)) / (2 rho); undefined for rho = 0. */
  readonly secant: number | undefined;
}

/**
 * The largest Hessian eigenvalue of the loss on all training points, by Lanczos on exact products (tangents carried forward
 * through the gradient), and the mean curvature along its vector over a distance rho to either side.
 *
 * @param options.before the vector that an earlier measurement of the same network found; the search starts near it.
 * @param options.pause called after each product, so that the page stays alive.
 */
export async function measureCurvature(
  model: Model,
  parameters: TensorVector,
  training: Points,
  { rho, seed, before, pause }: { readonly rho: number; readonly seed: number; readonly before: TensorVector | undefined; readonly pause: () => Promise<void> },
): Promise<Curvature> {
  const loss = pointLoss(model, batchOf(training));
  const operator = hessian(loss, parameters);
  const rng = random(seed, 'playground curvature');
  const space = new KrylovSpace<TensorVector>(operator, [startOf(operator, before, () => rng.normal())], () => rng.normal());
  try {
    let [eigenvalue, converged] = [NaN, false];
    let coefficients: readonly number[] = [1];
    while (space.size < MOST_PRODUCTS && !converged && (await space.grow())) {
      const [largest] = space.ritzPairs();
      ({ value: eigenvalue, vector: coefficients } = largest!);
      converged = space.size >= LEAST_PRODUCTS && space.residualBound(largest!) <= TOLERANCE * Math.abs(eigenvalue);
      await pause();
    }
    const vector = space.combine(coefficients);
    const secant = rho > 0 ? (await secantCurvature(loss, parameters, vector, { rho })).curvature : undefined;
    return { eigenvalue, converged, vector, secant };
  } finally {
    space.dispose();
  }
}

function startOf(operator: LinearOperator<TensorVector>, before: TensorVector | undefined, normal: () => number): TensorVector {
  const drawn = operator.draw(normal);
  if (before === undefined) {
    return drawn;
  }
  const fresh = scaleTo(drawn, drawn.norm(), FRESH_SHARE);
  drawn.dispose();
  const start = before.plus(fresh);
  fresh.dispose();
  return start;
}
