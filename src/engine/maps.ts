/** Moves of pixels within maps [batch, height, width, channels] that the convolutions and pools need; none is recorded on the tape. */
import { intAttribute, stringAttribute, typeAttribute, type Attribute } from './binding';
import { execute1, tensor, type Tensor } from './tensor';

/** `margin` zeros on each side of both spatial axes. */
export function padMap(x: Tensor, margin: number): Tensor {
  const margins = tensor(Int32Array.of(0, 0, margin, margin, margin, margin, 0, 0), [4, 2]);
  const y = execute1('Pad', [typeAttribute('T', x.dtype), typeAttribute('Tpaddings', 'int32')], [x, margins]);
  margins.dispose();
  return y;
}

/** Takes `margin` rows and columns away from each side: the transpose of `padMap`. */
export function cropMap(x: Tensor, margin: number): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const begin = tensor(Int32Array.of(0, margin, margin, 0), [4]);
  const size = tensor(Int32Array.of(batch, height - 2 * margin, width - 2 * margin, channels), [4]);
  const y = execute1('Slice', [typeAttribute('T', x.dtype), typeAttribute('Index', 'int32')], [x, begin, size]);
  begin.dispose();
  size.dispose();
  return y;
}

/** Attributes of a 1x1 average pool, which takes every `stride`-th pixel. */
export function samplingAttributes(x: Tensor, stride: number): Attribute[] {
  return [
    typeAttribute('T', x.dtype),
    intAttribute('ksize', [1, 1, 1, 1]),
    intAttribute('strides', [1, stride, stride, 1]),
    stringAttribute('padding', 'VALID'),
    stringAttribute('data_format', 'NHWC'),
  ];
}

/** Puts pixels `stride` apart, with zeros in between: the transpose of taking every `stride`-th pixel. */
export function spreadApart(dy: Tensor, shape: readonly number[], stride: number): Tensor {
  const sizes = tensor(Int32Array.from(shape), [shape.length]);
  const result = execute1('AvgPoolGrad', samplingAttributes(dy, stride), [sizes, dy]);
  sizes.dispose();
  return result;
}
