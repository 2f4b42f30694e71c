import { boolAttribute, intAttribute, oneDnnKernel, stringAttribute, typeAttribute, type KernelLibrary } from './binding';
import { reshape } from './convolution';
import { batchBucket, chooseKernel } from './kernelChoice';
import { cropMap, padMap } from './maps';
import { converted, temporarily } from './precision';
import { record } from './tape';
import { execute, execute1, release, scope, tensor, type Tensor } from './tensor';

/** How a max-pool is computed; both passes by the same library, for oneDNN's gradient reads where its forward pass found each maximum. */
interface MaxPool {
  /** y, and what the gradient reads beside x and y. */
  readonly forward: (x: Tensor) => readonly [Tensor, ...Tensor[]];
  readonly gradient: (x: Tensor, y: Tensor, dy: Tensor, places: readonly Tensor[]) => Tensor;
}

/** Windows of a pool: square, without padding. */
interface Windows {
  /** Side of a window. */
  readonly size: number;
  /** Rows and columns from one window to the next. */
  readonly stride: number;
}

function maxPools(x: Tensor, { size, stride }: Windows): Readonly<Record<KernelLibrary, MaxPool>> {
  const window = [
    typeAttribute('T', x.dtype),
    intAttribute('ksize', [1, size, size, 1]),
    intAttribute('strides', [1, stride, stride, 1]),
    stringAttribute('padding', 'VALID'),
    stringAttribute('data_format', 'NHWC'),
  ];
  const withPlaces = [...window, boolAttribute('workspace_enabled', true), oneDnnKernel];
  return {
    TensorFlow: {
      forward: (map) => [execute1('MaxPool', window, [map])],
      gradient: (map, y, dy) => execute1('MaxPoolGrad', window, [map, y, dy]),
    },
    oneDNN: {
      forward: (map) => execute('_MklNativeMaxPool', withPlaces, [map], 2) as [Tensor, Tensor],
      gradient: (map, y, dy, places) => execute1('_MklNativeMaxPoolGrad', withPlaces, [map, y, dy, ...places]),
    },
  };
}

/** The library that is faster in both passes together. */
function maxPoolFor(x: Tensor, windows: Windows): MaxPool {
  const pools = maxPools(x, windows);
  const [batch, ...map] = x.shape as [number, ...number[]];
  const time = (name: string): number => {
    const { forward, gradient } = pools[name as KernelLibrary];
    const started = performance.now();
    scope(() => {
      const [y, ...places] = forward(x);
      gradient(x, y, y, places);
    });
    return performance.now() - started;
  };
  // The ImageNet stem's windows are not part of the name, so that stored choices stay valid.
  const kind = windows.size === 3 && windows.stride === 2 ? '' : `, ${windows.size} x ${windows.size} / ${windows.stride}`;
  return pools[chooseKernel(`max-pool ${x.dtype} ${[batchBucket(batch), ...map].join(' x ')}${kind}`, ['TensorFlow', 'oneDNN'], time) as KernelLibrary];
}

/**
 * Maximum over 3x3 windows at stride 2, with one row and column of padding on each side, as in the ImageNet stem.
 *
 * The input must not be negative (it follows a ReLU): the padding is zeros, which then never exceed a true maximum.
 * Of equal maxima one gets the gradient; which, is the library's choice.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, floor((height - 1) / 2) + 1, the same for width, channels]
 */
export function maxPool3x3Stride2(x: Tensor): Tensor {
  const padded = pad(x);
  const y = maxPool(padded, { size: 3, stride: 2 });
  release(padded);
  return y;
}

/**
 * Maximum over square windows without padding; rows and columns left over at the right and lower edge are dropped, as in PyTorch.
 * Of equal maxima one gets the gradient; which, is the library's choice.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, floor((height - size) / stride) + 1, the same for width, channels]
 * @throws RangeError if the window is larger than the map.
 */
export function maxPool(x: Tensor, windows: Windows): Tensor {
  if (windows.size > Math.min(x.shape[1]!, x.shape[2]!)) {
    throw new RangeError(`maxPool: windows of ${windows.size} x ${windows.size} do not fit into maps of ${x.shape[1]} x ${x.shape[2]}.`);
  }
  const { forward, gradient } = maxPoolFor(x, windows);
  const [y, ...places] = forward(x);
  record([x], y, () => ({
    saved: [x, y, ...places],
    backward: (dy) => [gradient(x, y, dy, places)],
  }));
  release(...places);
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
