import type { Vector } from '../../engine/vector';
import type { LinearOperator, OutputBatch, OutputFunction } from '../operator';
import { softmax } from '../softmax';
import { withTemporaryVectors } from '../temporaries';
import { pointsBeside } from './differences';
import { curvatureOperator, type CurvatureOptions } from './products';

/** One row of H_out J v: from softmax p, targets t and (J v) of one image, all [classes]. */
type OutputProduct = (p: Float64Array, t: Float64Array, jv: Float64Array) => Float64Array;

/** (diag(p) - p pᵀ) u */
const softmaxCurvature: OutputProduct = (p, _, jv) => {
  const mean = p.reduce((sum, probability, c) => sum + probability * jv[c]!, 0);
  return p.map((probability, c) => probability * (jv[c]! - mean));
};

/** r rᵀ u with the residual r = p - t */
const squaredResidual: OutputProduct = (p, t, jv) => {
  const r = p.map((probability, c) => probability - t[c]!);
  const product = r.reduce((sum, residual, c) => sum + residual * jv[c]!, 0);
  return r.map((residual) => residual * product);
};

/** H_out J v of all images of a batch: [n, classes]. */
function weigh<V extends Vector>({ classes, targets }: OutputBatch<V>, logits: ArrayLike<number>, jv: Float64Array, product: OutputProduct): Float64Array {
  const p = softmax(logits, classes);
  const result = new Float64Array(p.length);
  for (let start = 0; start < p.length; start += classes) {
    const [pRow, tRow, jvRow] = [p, targets, jv].map((rows) => rows.subarray(start, start + classes)) as [Float64Array, Float64Array, Float64Array];
    result.set(product(pRow, tRow, jvRow), start);
  }
  return result;
}

/** The logits of a batch at the point, and how they move along v. */
type Pushforward<V extends Vector> = (batch: OutputBatch<V>) => { readonly logits: ArrayLike<number>; readonly moved: ArrayLike<number> };

/** (1/N) sum over batches of Jᵀ H_out J v */
async function outputProduct<V extends Vector>(loss: OutputFunction<V>, point: V, product: OutputProduct, pushforward: Pushforward<V>): Promise<V> {
  return withTemporaryVectors(async (own) => {
    const sum = own(point.zeros());
    let images = 0;
    for await (const batch of loss.batches()) {
      const { logits, moved } = pushforward(batch);
      const weights = weigh(batch, logits, Float64Array.from(moved), product);
      const part = batch.pullback(point, weights);
      sum.addScaledInPlace(part, 1);
      part.dispose();
      images += batch.size;
    }
    return sum.times(1 / images);
  });
}

function exactPushforward<V extends Vector>(batch: OutputBatch<V>, point: V, v: V): ReturnType<Pushforward<V>> {
  if (batch.pushforward === undefined) {
    throw new TypeError('gaussNewton: the loss says that it has second derivatives, but its batches have no pushforward; add it, or leave `second` out.');
  }
  return batch.pushforward(point, v);
}

function outputCurvature<V extends Vector>(matrix: 'gauss-newton' | 'empirical-fisher', product: OutputProduct, loss: OutputFunction<V>, point: V, options: CurvatureOptions): LinearOperator<V> {
  return curvatureOperator(matrix, loss, point, options, {
    exact: (v) => outputProduct(loss, point, product, (batch) => exactPushforward(batch, point, v)),
    differences: (v, step) =>
      withTemporaryVectors(async (own) => {
        const { ahead, behind, width } = pointsBeside(point, v, step);
        [ahead, behind].forEach(own);
        return outputProduct(loss, point, product, (batch) => {
          const before = batch.logits(behind);
          return { logits: batch.logits(point), moved: Float64Array.from(batch.logits(ahead), (logit, index) => (logit - before[index]!) / width) };
        });
      }),
  });
}

/**
 * The generalised Gauss-Newton matrix of the mean cross-entropy over the logits:
 *
 * G v = (1/N) sum over images of Jᵀ (diag(p) - p pᵀ) J v, p = softmax(logits)
 *
 * J v takes one forward pass that carries the direction along, Jᵀ u one backward pass; differences are taken only of losses
 * that cannot be differentiated twice. G is positive semi-definite, and equals the Hessian where the logits are linear in the
 * parameters. For softmax with cross-entropy it is also the true Fisher matrix.
 *
 * @throws RangeError as `hessian` does.
 * @source Schraudolph 2002 (Neural Computation 14), section 3.
 */
export function gaussNewton<V extends Vector>(loss: OutputFunction<V>, point: V, options: CurvatureOptions = {}): LinearOperator<V> {
  return outputCurvature('gauss-newton', softmaxCurvature, loss, point, options);
}

/**
 * The empirical Fisher matrix, the uncentred covariance of the images' gradients:
 *
 * F v = (1/N) sum over images of g_i (g_i . v), g_i = J_iᵀ (p_i - t_i)
 *
 * Since g_i . v = (p_i - t_i) . (J v)_i, no image needs a pass of its own. With batch norm `frozen`, g_i is the gradient
 * of image i by itself; with `batch`, that of its share in the batch's loss. F is positive semi-definite.
 *
 * @throws RangeError as `hessian` does.
 * @source Kunstner et al. 2019 (arXiv 1905.12558), eq. 3, with the mean over images.
 */
export function empiricalFisher<V extends Vector>(loss: OutputFunction<V>, point: V, options: CurvatureOptions = {}): LinearOperator<V> {
  return outputCurvature('empirical-fisher', squaredResidual, loss, point, options);
}
