import { boolAttribute, intAttribute, stringAttribute, typeAttribute, type Attribute } from './binding';
import { matMul } from './dense';
import { isSmallMap, smallMapConvolution } from './smallMapConvolution';
import { record } from './tape';
import { execute1, release, scope, tensor, type Tensor } from './tensor';

function convolutionAttributes(x: Tensor, stride: number, padding: number): Attribute[] {
  return [
    typeAttribute('T', x.dtype),
    intAttribute('strides', [1, stride, stride, 1]),
    intAttribute('dilations', [1, 1, 1, 1]),
    stringAttribute('padding', 'EXPLICIT'),
    intAttribute('explicit_paddings', [0, 0, padding, padding, padding, padding, 0, 0]),
    stringAttribute('data_format', 'NHWC'),
    boolAttribute('use_cudnn_on_gpu', true),
  ];
}

/** Rotates the taps by half a turn and swaps channels and filters. */
function transposedFilter(filter: Tensor): Tensor {
  const axes = tensor(Int32Array.of(0, 1), [2]);
  const turned = execute1('ReverseV2', [typeAttribute('T', filter.dtype), typeAttribute('Tidx', 'int32')], [filter, axes]);
  const order = tensor(Int32Array.of(0, 1, 3, 2), [4]);
  return execute1('Transpose', [typeAttribute('T', filter.dtype), typeAttribute('Tperm', 'int32')], [turned, order]);
}

/**
 * Gradient with respect to the input, as a convolution of the output's gradient with the transposed
 * filter; at stride 2 its pixels are first spread apart by zeros. TensorFlow's own kernel for it
 * (Conv2DBackpropInput) is up to 200 times slower than its forward kernel on processors without AVX-512.
 */
function inputGradient(x: Tensor, filter: Tensor, dy: Tensor, stride: number, padding: number): Tensor {
  return scope(
    () => {
      const [batch, height, width] = x.shape as [number, number, number];
      const kernel = filter.shape[0]!;
      // The output's size at stride 1, of which the stride takes a part.
      const [rows, columns] = [height, width].map((length) => length + 2 * padding - kernel + 1) as [number, number];
      const spread = stride === 1 ? dy : spreadApart(dy, [batch, rows, columns, filter.shape[3]!], stride);
      return execute1('Conv2D', convolutionAttributes(dy, 1, kernel - 1 - padding), [spread, transposedFilter(filter)]);
    },
    (dx) => [dx],
  );
}

/** A 1x1 convolution is a product of matrices: TensorFlow's own 1x1 convolutions crash on some processors and are never faster. */
function pointwiseConvolution(x: Tensor, filter: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const filters = filter.shape[3]!;
  const rows = reshape(x, [batch * height * width, channels]);
  const matrix = reshape(filter, [channels, filters]);
  const product = matMul(rows, matrix);
  const y = reshape(product, [batch, height, width, filters]);
  release(rows, matrix, product);
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
  const attributes = convolutionAttributes(x, stride, padding);
  const y = execute1('Conv2D', attributes, [x, filter]);
  return record([x, filter], y, () => ({
    saved: [x, filter],
    backward: (dy) => [
      x.tracked ? inputGradient(x, filter, dy, stride, padding) : undefined,
      withSizes(filter.shape, (sizes) => execute1('Conv2DBackpropFilter', attributes, [x, sizes, dy])),
    ],
  }));
}

/** Calls `op` with the shape as a tensor, which TensorFlow takes as an input and not as an attribute. */
function withSizes(shape: readonly number[], op: (sizes: Tensor) => Tensor): Tensor {
  const sizes = tensor(Int32Array.from(shape), [shape.length]);
  const result = op(sizes);
  sizes.dispose();
  return result;
}

/** The same elements in another shape, without a copy. @throws RangeError if the numbers of elements differ. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== x.size) {
    throw new RangeError(`reshape: [${x.shape.join(', ')}] has ${x.size} elements, [${shape.join(', ')}] has ${size}.`);
  }
  const change = (from: Tensor, to: readonly number[]): Tensor =>
    withSizes(to, (sizes) => execute1('Reshape', [typeAttribute('T', from.dtype), typeAttribute('Tshape', 'int32')], [from, sizes]));
  return record([x], change(x, shape), () => ({ saved: [], backward: (dy) => [change(dy, x.shape)] }));
}

function samplingAttributes(x: Tensor, stride: number): Attribute[] {
  return [
    typeAttribute('T', x.dtype),
    intAttribute('ksize', [1, 1, 1, 1]),
    intAttribute('strides', [1, stride, stride, 1]),
    stringAttribute('padding', 'VALID'),
    stringAttribute('data_format', 'NHWC'),
  ];
}

/** Every `stride`-th row and column, x[n, s i, s j, c], taken by a 1x1 average pool. */
export function subsample(x: Tensor, stride: number): Tensor {
  const y = execute1('AvgPool', samplingAttributes(x, stride), [x]);
  return record([x], y, () => ({ saved: [], backward: (dy) => [spreadApart(dy, x.shape, stride)] }));
}

/** The transpose of `subsample`: zeros in between. */
function spreadApart(dy: Tensor, shape: readonly number[], stride: number): Tensor {
  return withSizes(shape, (sizes) => execute1('AvgPoolGrad', samplingAttributes(dy, stride), [sizes, dy]));
}
