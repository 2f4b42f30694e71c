import type { Vector } from '../../engine/vector';
import type { LinearOperator, LossFunction } from '../operator';
import { withTemporaryVectors } from '../temporaries';
import { stepAlong } from './differences';
import { curvatureOperator, type CurvatureOptions } from './products';

/** (g(w + h v) - g(w - h v)) / 2h with h = step / |v|, off by h² / 6 D³g[v, v, v] + O(h⁴), and by the kinks between. */
export async function gradientDifference<V extends Vector>(loss: LossFunction<V>, point: V, v: V, step: number): Promise<V> {
  return withTemporaryVectors(async (own) => {
    const width = 2 * stepAlong(v, step);
    const beside = own(point.plus(v, width / 2));
    const { gradient } = await loss.gradient(beside);
    own(gradient);
    // Moves the point in place from one side to the other: a second point would be another copy of the weights.
    beside.addScaledInPlace(v, -width);
    gradient.addScaledInPlace(own((await loss.gradient(beside)).gradient), -1);
    return gradient.times(1 / width);
  });
}

/**
 * The Hessian of a loss at a point, never written out. Its products with a vector are exact but for rounding where the
 * loss can be differentiated twice, as networks of the engine can; for other losses they are differences of gradients.
 *
 * A ReLU is linear on either side of its kink and has the derivative 0 at it, as in PyTorch: the Hessian is that of the linear
 * piece on which the point lies. With a block, v is 0 outside of it and the product is cut down to it.
 *
 * @param point w; it must live as long as the operator, and is never moved.
 * @throws RangeError for unknown names in the block, a step that is not above 0 or is given for exact products, or exact
 * products of a loss that has none, which names the operation; `matvec`, for a direction that is zero, not finite or of another layout.
 * @source Pearlmutter 1994 (Neural Computation 6).
 * @example
 * const matrix = landscape.hessian(landscape.networkLoss(model, network, images, { normalization: 'half', batchNorm: 'frozen' }), network.parameters);
 */
export function hessian<V extends Vector>(loss: LossFunction<V>, point: V, options: CurvatureOptions = {}): LinearOperator<V> {
  return curvatureOperator('hessian', loss, point, options, {
    ...(loss.second === undefined ? {} : { exact: (v: V) => loss.second!.hessianProduct(point, v) }),
    differences: (v, step) => gradientDifference(loss, point, v, step),
  });
}
