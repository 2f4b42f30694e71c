import { boolAttribute, intAttribute, stringAttribute, typeAttribute } from './binding';
import { reshape } from './convolution';
import { cropMap, padMap } from './maps';
import { converted, temporarily } from './precision';
import { record } from './tape';
import { execute1, release, tensor, type Tensor } from './tensor';

/**
 * Maximum over 3x3 windows at stride 2, with one row and column of padding on each side, as in the ImageNet stem.
 *
 * The input must not be negative (it follows a ReLU): the padding is zeros, which then never exceed a true maximum.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, floor((height - 1) / 2) + 1, the same for width, channels]
 */
export function maxPool3x3Stride2(x: Tensor): Tensor {
  const padded = pad(x);
  const attributes = [
    typeAttribute('T', x.dtype),
    intAttribute('ksize', [1, 3, 3, 1]),
    intAttribute('strides', [1, 2, 2, 1]),
    stringAttribute('padding', 'VALID'),
    stringAttribute('data_format', 'NHWC'),
  ];
  const y = execute1('MaxPool', attributes, [padded]);
  record([padded], y, () => ({
    saved: [padded, y],
    backward: (dy) => [execute1('MaxPoolGrad', attributes, [padded, y, dy])],
  }));
  release(padded);
  return y;
}

/** One zero on each side of both spatial axes. */
function pad(x: Tensor): Tensor {
  return record([x], padMap(x, 1), () => ({ saved: [], backward: (dy) => [cropMap(dy, 1)] }));
}

/**
 * Mean over all positions.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, channels]
 */
export function globalAveragePool(x: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  if (height === 1 && width === 1) {
    return reshape(x, [batch, channels]);
  }
  const axes = tensor(Int32Array.of(1, 2), [2]);
  const attributes = [typeAttribute('T', x.dtype), typeAttribute('Tidx', 'int32'), boolAttribute('keep_dims', false)];
  const y = execute1('Mean', attributes, [x, axes]);
  axes.dispose();
  return record([x], y, () => ({ saved: [], backward: (dy) => [spread(dy, x.shape)] }));
}

/** Gradient of the mean: every position gets an equal share of it, divided in float32 in either precision. */
function spread(dy: Tensor, [batch, height, width, channels]: readonly number[]): Tensor {
  return temporarily(() => {
    const divided = execute1('Mul', [typeAttribute('T', 'float32')], [converted(dy, 'float32'), tensor([1 / (height! * width!)], [])]);
    const column = reshape(converted(divided, dy.dtype), [batch!, 1, 1, channels!]);
    const shape = tensor(Int32Array.of(batch!, height!, width!, channels!), [4]);
    return execute1('BroadcastTo', [typeAttribute('T', dy.dtype), typeAttribute('Tidx', 'int32')], [column, shape]);
  });
}
