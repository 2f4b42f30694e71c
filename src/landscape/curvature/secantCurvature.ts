import type { Vector } from '../../engine/vector';
import type { LossFunction, LossSource } from '../operator';
import { checkDirection } from '../surface/checks';
import { withTemporaryVectors } from '../temporaries';
import { checkStep } from './differences';
import { gradientDifference } from './hessian';

/** A loss's curvature over a distance, as plain data. */
export interface SecantCurvature {
  readonly source: LossSource;
  /** Distance to either side, in the 2-norm over all parameters. */
  readonly rho: number;
  /** In nats per squared unit of the parameters. */
  readonly curvature: number;
}

/**
 * The curvature of a loss along a direction, not at a point but over a distance to either side of it, from two gradients:
 *
 * v · (g(w + rho v) - g(w - rho v)) / (2 rho), |v| = 1
 *
 * It is the mean of vᵀ H v over that stretch, kinks of ReLUs included, while the Hessian describes only the point: it is
 * the curvature that sharpness-aware steps of radius rho see. For a quadratic loss the two are the same.
 *
 * @param direction of any length; v is the unit vector along it.
 * @throws RangeError for a rho that is not above 0, or a direction that is zero, not finite or of another layout.
 */
export async function secantCurvature<V extends Vector>(loss: LossFunction<V>, point: V, direction: V, { rho }: { readonly rho: number }): Promise<SecantCurvature> {
  checkStep('secantCurvature', rho);
  checkDirection(point, direction);
  return withTemporaryVectors(async (own) => {
    const v = own(direction.times(1 / direction.norm()));
    const product = own(await gradientDifference(loss, point, v, rho));
    return { source: loss.source, rho, curvature: v.dot(product) };
  });
}
