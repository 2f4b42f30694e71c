import { convolutionFilterGradient, convolutionInputGradient, convolve } from './convolutionKernels';
import { reshaped } from './layout';
import { spreadApart, takeApart } from './maps';
import { matrixProduct } from './matrixProduct';
import { inPrecision, temporarily } from './precision';
import { isSmallMap, smallMapConvolution } from './smallMapConvolution';
import { record } from './tape';
import { release, scope, type Tensor } from './tensor';
import { sizeOf } from './shape';

/** A 1x1 convolution is a product of matrices: TensorFlow's own 1x1 convolutions crash on some processors and are never faster. */
function pointwiseConvolution(x: Tensor, filter: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const filters = filter.shape[3]!;
  const positions = batch * height * width;
  const rows = reshaped(x, [positions, channels]);
  const matrix = reshaped(inPrecision(filter, x.dtype), [channels, filters]);
  const y = temporarily(() => reshaped(matrixProduct(rows, matrix), [batch, height, width, filters]));
  record([x, filter], y, () => ({
    saved: [rows, matrix],
    backward: (dy) =>
      scope(
        () => {
          const dyRows = reshaped(dy, [positions, filters]);
          return [
            x.tracked ? reshaped(matrixProduct(dyRows, matrix, { transposeB: true }), x.shape) : undefined,
            reshaped(matrixProduct(rows, dyRows, { transposeA: true, result: filter.dtype }), filter.shape),
          ];
        },
        (gradients) => gradients.filter((gradient) => gradient !== undefined),
      ),
  }));
  // Saved as matrices, they need no second reshape in the backward pass.
  release(rows, matrix);
  return y;
}

/**
 * Convolution (cross-correlation) with the same number of zeros on all four sides, as PyTorch pads.
 *
 * y[n, i, j, f] = sum over (a, b, c) of x[n, s i + a - p, s j + b - p, c] filter[a, b, c, f]
 *
 * @param x [batch, height, width, channels]
 * @param filter [kernel, kernel, channels, filters]
 * @returns [batch, floor((height + 2 p - kernel) / s) + 1, the same for width, filters]
 * @throws RangeError if the numbers of channels differ.
 */
export function conv2d(x: Tensor, filter: Tensor, { stride = 1, padding = 0 } = {}): Tensor {
  if (x.shape[3] !== filter.shape[2]) {
    throw new RangeError(`conv2d: the filter expects ${filter.shape[2]} channels, the input has ${x.shape[3]}.`);
  }
  if (filter.shape[0] === 1 && padding === 0) {
    if (stride === 1) {
      return pointwiseConvolution(x, filter);
    }
    const sampled = subsample(x, stride);
    const y = pointwiseConvolution(sampled, filter);
    release(sampled);
    return y;
  }
  if (isSmallMap(x, filter, padding)) {
    return smallMapConvolution(x, filter, stride);
  }
  const geometry = { stride, padding };
  return record([x, filter], convolve(x, inPrecision(filter, x.dtype), geometry), () => ({
    saved: [x, filter],
    backward: (dy) => [
      x.tracked ? convolutionInputGradient(x.shape, inPrecision(filter, x.dtype), dy, geometry) : undefined,
      convolutionFilterGradient(x, filter.shape, dy, geometry, filter.dtype),
    ],
  }));
}

/** The same elements in another shape, without a copy. @throws RangeError if the numbers of elements differ. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const size = sizeOf(shape);
  if (size !== x.size) {
    throw new RangeError(`reshape: [${x.shape.join(', ')}] has ${x.size} elements, [${shape.join(', ')}] has ${size}.`);
  }
  return record([x], reshaped(x, shape), () => ({ saved: [], backward: (dy) => [reshaped(dy, x.shape)] }));
}

/** Every `stride`-th row and column, x[n, s i, s j, c]. */
export function subsample(x: Tensor, stride: number): Tensor {
  return record([x], takeApart(x, stride), () => ({ saved: [], backward: (dy) => [spreadApart(dy, x.shape, stride)] }));
}
