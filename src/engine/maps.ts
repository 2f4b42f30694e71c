/** Moves of pixels within maps [batch, height, width, channels] that the convolutions and pools need; none is recorded on the tape. */
import { intAttribute, stringAttribute, typeAttribute, type Attribute } from './binding';
import { batchBucket, runKernel } from './kernelChoice';
import { canUseOwn, OWN } from './ownOperations';
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
function samplingAttributes(x: Tensor, stride: number): Attribute[] {
  return [
    typeAttribute('T', x.dtype),
    intAttribute('ksize', [1, 1, 1, 1]),
    intAttribute('strides', [1, stride, stride, 1]),
    stringAttribute('padding', 'VALID'),
    stringAttribute('data_format', 'NHWC'),
  ];
}

function ownAttributes(x: Tensor, stride: number): Attribute[] {
  return [typeAttribute('T', x.dtype), intAttribute('stride', stride)];
}

/** TensorFlow's kernel, or the faster of it and the project's own where there is one. */
function choose(op: string, large: readonly number[], stride: number, x: Tensor, kernels: { readonly tensorFlow: () => Tensor; readonly own: () => Tensor }): Tensor {
  if (!canUseOwn()) {
    return kernels.tensorFlow();
  }
  const [batch, ...map] = large as [number, ...number[]];
  return runKernel(`${op} ${x.dtype} ${[batchBucket(batch), ...map].join(' x ')} / ${stride}`, [
    { name: 'TensorFlow', run: kernels.tensorFlow },
    { name: OWN, run: kernels.own },
  ]);
}

/** Every `stride`-th pixel, by a 1x1 average pool or by copying. */
export function takeApart(x: Tensor, stride: number): Tensor {
  return choose('sample of pixels', x.shape, stride, x, {
    tensorFlow: () => execute1('AvgPool', samplingAttributes(x, stride), [x]),
    own: () => execute1('SamlabSample', ownAttributes(x, stride), [x]),
  });
}

/** Puts pixels `stride` apart, with zeros in between: the transpose of taking every `stride`-th pixel. */
export function spreadApart(dy: Tensor, shape: readonly number[], stride: number): Tensor {
  const sizes = tensor(Int32Array.from(shape), [shape.length]);
  const result = choose('pixels apart', shape, stride, dy, {
    tensorFlow: () => execute1('AvgPoolGrad', samplingAttributes(dy, stride), [sizes, dy]),
    own: () => execute1('SamlabSpread', ownAttributes(dy, stride), [dy, sizes]),
  });
  sizes.dispose();
  return result;
}
