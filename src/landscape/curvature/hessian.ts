import type { Vector } from '../../engine/vector';
import type { LinearOperator, LossOperator } from '../operator';
import { withTemporaryVectors } from '../temporaries';
import { drawInBlock, resolveBlock, type ParameterBlock } from './block';
import { checkStep, DIFFERENCE_STEP, stepAlong } from './differences';

/** Which part of a curvature matrix to take, and how. */
export interface CurvatureOptions {
  /** The rows and columns of these parameters alone; all unless told. */
  readonly block?: ParameterBlock;
  /** Length of the step to either side, in the 2-norm over all parameters; {@link DIFFERENCE_STEP} unless told. */
  readonly step?: number;
}

/**
 * The Hessian of a loss at a point, by central differences of gradients, never written out:
 *
 * H v = (g(w + h v) - g(w - h v)) / 2h with h = step / |v|, off by h² / 6 D³g[v, v, v] + O(h⁴)
 *
 * Where w lies on kinks of ReLUs (channels that are 0 for every image) there is no Hessian: differences then grow like
 * 1/h, and no probe converges. Kinks near w are smoothed over the step. A product costs two gradients. With a block, v is 0 outside of it and the product is cut down to it.
 *
 * @param point w; it must live as long as the operator, and is never moved.
 * @throws RangeError for unknown names in the block or a step that is not above 0; `matvec`, for a zero direction.
 * @example
 * const matrix = hessian(networkOperator(model, network, images, { normalization: 'half', batchNorm: 'frozen' }), network.parameters);
 */
export function hessian<V extends Vector>(loss: LossOperator<V>, point: V, { block: wanted, step = DIFFERENCE_STEP }: CurvatureOptions = {}): LinearOperator<V> {
  const block = resolveBlock(point.specs, wanted);
  checkStep('hessian', step);
  return {
    source: { matrix: 'hessian', loss: loss.source, parameters: block.parameters, step },
    dimension: block.dimension,
    draw: (element) => drawInBlock(point, block, element),
    matvec: (v) =>
      withTemporaryVectors(async (own) => {
        const width = 2 * stepAlong(v, step);
        const beside = own(point.plus(v, width / 2));
        const { gradient } = await loss.gradient(beside);
        own(gradient);
        // From one side to the other in place: a second point would be one more copy of the weights.
        beside.addScaledInPlace(v, -width);
        gradient.addScaledInPlace(own((await loss.gradient(beside)).gradient), -1);
        const product = own(gradient.times(1 / width));
        return product.restrict(block.keep);
      }),
  };
}
