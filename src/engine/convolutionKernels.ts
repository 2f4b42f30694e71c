/** Convolution and its two gradients by each kernel that there is; none is recorded on the tape. */
import { boolAttribute, intAttribute, oneDnnKernel, stringAttribute, typeAttribute, type Attribute, type DType, type KernelLibrary } from './binding';
import { batchBucket, runKernel, type Kernel } from './kernelChoice';
import { permuted } from './layout';
import { cropMap, padMap, spreadApart } from './maps';
import { inEitherPrecision, temporarily } from './precision';
import { execute1, tensor, type Tensor } from './tensor';

/** How a filter moves over a map. */
export interface Geometry {
  readonly stride: number;
  /** Zeros on each of the four sides. */
  readonly padding: number;
}

type Padding = 'EXPLICIT' | 'SAME' | 'VALID';

function attributes(x: Tensor, { stride, padding }: Geometry, form: Padding, dilation = 1): Attribute[] {
  return [
    typeAttribute('T', x.dtype),
    intAttribute('strides', [1, stride, stride, 1]),
    intAttribute('dilations', [1, dilation, dilation, 1]),
    stringAttribute('padding', form),
    ...(form === 'EXPLICIT' ? [intAttribute('explicit_paddings', [0, 0, padding, padding, padding, padding, 0, 0])] : []),
    stringAttribute('data_format', 'NHWC'),
  ];
}

const tensorFlowOnly = boolAttribute('use_cudnn_on_gpu', true);

function sizes(shape: readonly number[]): Tensor {
  return tensor(Int32Array.from(shape), [shape.length]);
}

function choose(pass: string, x: readonly number[], filter: readonly number[], dtype: string, { stride }: Geometry, kernels: readonly Kernel[]): Tensor {
  const [batch, height, width, channels] = x as [number, number, number, number];
  const computation = `convolution ${pass} ${dtype} ${batchBucket(batch)} x ${height} x ${width} x ${channels} to ${filter[3]!}, ${filter[0]!} x ${filter[1]!} / ${stride}`;
  return runKernel(computation, kernels);
}

function convolution(library: KernelLibrary, x: Tensor, filter: Tensor, geometry: Geometry, dilation = 1): Tensor {
  const common = attributes(x, geometry, 'EXPLICIT', dilation);
  return library === 'TensorFlow' ? execute1('Conv2D', [...common, tensorFlowOnly], [x, filter]) : execute1('_MklNativeConv2D', [...common, oneDnnKernel], [x, filter]);
}

/** y[n, i, j, f] = sum over (a, b, c) of x[n, s i + a - p, s j + b - p, c] filter[a, b, c, f] */
export function convolve(x: Tensor, filter: Tensor, geometry: Geometry): Tensor {
  const kernels = inEitherPrecision([x, filter], x.dtype, ([map, taps]) =>
    (['TensorFlow', 'oneDNN'] as const).map((library) => ({ name: library, run: () => convolution(library, map, taps, geometry) })),
  );
  return choose('forward', x.shape, filter.shape, x.dtype, geometry, kernels);
}

/** oneDNN's gradient kernels take no explicit padding: at stride 1 "SAME" is equal to it, otherwise the map is padded beforehand. */
function oneDnnPadding({ stride, padding }: Geometry, kernel: number): Padding {
  return stride === 1 && padding === (kernel - 1) / 2 ? 'SAME' : 'VALID';
}

/**
 * The filter's gradient as a convolution: its batch is the channels, its channels are the images, and its filter is the
 * output's gradient, dilated by the stride: dF[a, b, c, f] = sum over (i, j, n) of x^T[c, s i + a - p, s j + b - p, n] dy^T[i, j, n, f].
 */
function filterGradientAsConvolution(library: KernelLibrary, x: Tensor, [kernel, , channels, filters]: readonly number[], dy: Tensor, { stride, padding }: Geometry): Tensor {
  const images = permuted(x, [3, 1, 2, 0]);
  const taps = permuted(dy, [1, 2, 0, 3]);
  const gradient = permuted(convolution(library, images, taps, { stride: 1, padding }, stride), [1, 2, 0, 3]);
  // Where the stride leaves over rows and columns of the map, the convolution also gives gradients of taps outside the filter.
  return gradient.shape[0] === kernel ? gradient : execute1('Slice', [typeAttribute('T', x.dtype), typeAttribute('Index', 'int32')], [gradient, sizes([0, 0, 0, 0]), sizes([kernel!, kernel!, channels!, filters!])]);
}

function filterGradientKernels([x, dy]: readonly [Tensor, Tensor], filterShape: readonly number[], geometry: Geometry): Kernel[] {
  const form = oneDnnPadding(geometry, filterShape[0]!);
  return [
    {
      name: 'TensorFlow',
      run: () => temporarily(() => execute1('Conv2DBackpropFilter', [...attributes(x, geometry, 'EXPLICIT'), tensorFlowOnly], [x, sizes(filterShape), dy])),
    },
    {
      name: 'oneDNN',
      run: () =>
        temporarily(() => {
          const padded = form === 'SAME' ? x : padMap(x, geometry.padding);
          return execute1('_MklNativeConv2DBackpropFilter', [...attributes(x, geometry, form), oneDnnKernel], [padded, sizes(filterShape), dy]);
        }),
    },
    ...(['TensorFlow', 'oneDNN'] as const).map((library) => ({
      name: `${library}, as a convolution`,
      run: () => temporarily(() => filterGradientAsConvolution(library, x, filterShape, dy, geometry)),
    })),
  ];
}

/**
 * Gradient with respect to the filter, [kernel, kernel, channels, filters], from that of the output.
 *
 * @param result element type of the gradient: the filter's own.
 */
export function convolutionFilterGradient(x: Tensor, filterShape: readonly number[], dy: Tensor, geometry: Geometry, result: DType): Tensor {
  const kernels = inEitherPrecision([x, dy], result, (inputs) => filterGradientKernels(inputs, filterShape, geometry));
  return choose('filter gradient', x.shape, filterShape, x.dtype, geometry, kernels);
}

/** Rotates the taps by half a turn and swaps channels and filters. */
function transposedFilter(filter: Tensor): Tensor {
  const turned = execute1('ReverseV2', [typeAttribute('T', filter.dtype), typeAttribute('Tidx', 'int32')], [filter, sizes([0, 1])]);
  return permuted(turned, [0, 1, 3, 2]);
}

/** The gradient as a convolution of the output's gradient, at stride 2 spread apart by zeros, with the transposed filter. */
function asConvolution(library: KernelLibrary, xShape: readonly number[], filter: Tensor, dy: Tensor, { stride, padding }: Geometry): Tensor {
  const [batch, height, width] = xShape as [number, number, number];
  const kernel = filter.shape[0]!;
  // The output's size at stride 1, of which a larger stride keeps a part.
  const [rows, columns] = [height, width].map((length) => length + 2 * padding - kernel + 1) as [number, number];
  const spread = stride === 1 ? dy : spreadApart(dy, [batch, rows, columns, filter.shape[3]!], stride);
  return convolution(library, spread, transposedFilter(filter), { stride: 1, padding: kernel - 1 - padding });
}

function inputGradientKernels(xShape: readonly number[], [filter, dy]: readonly [Tensor, Tensor], geometry: Geometry): Kernel[] {
  const form = oneDnnPadding(geometry, filter.shape[0]!);
  const [batch, height, width, channels] = xShape as [number, number, number, number];
  const { padding } = geometry;
  return [
    // First, for TensorFlow's own kernel is up to 200 times slower than its forward kernel where there is no AVX-512.
    { name: 'TensorFlow, as a convolution', run: () => temporarily(() => asConvolution('TensorFlow', xShape, filter, dy, geometry)) },
    { name: 'oneDNN, as a convolution', run: () => temporarily(() => asConvolution('oneDNN', xShape, filter, dy, geometry)) },
    {
      name: 'oneDNN',
      run: () =>
        temporarily(() => {
          const shape = form === 'SAME' ? xShape : [batch, height + 2 * padding, width + 2 * padding, channels];
          const dx = execute1('_MklNativeConv2DBackpropInput', [...attributes(dy, geometry, form), oneDnnKernel], [sizes(shape), filter, dy]);
          return form === 'SAME' ? dx : cropMap(dx, padding);
        }),
    },
    {
      name: 'TensorFlow',
      run: () => temporarily(() => execute1('Conv2DBackpropInput', [...attributes(dy, geometry, 'EXPLICIT'), tensorFlowOnly], [sizes(xShape), filter, dy])),
    },
  ];
}

/** Gradient with respect to the input, [batch, height, width, channels], from that of the output. */
export function convolutionInputGradient(xShape: readonly number[], filter: Tensor, dy: Tensor, geometry: Geometry): Tensor {
  const kernels = inEitherPrecision([filter, dy], dy.dtype, (inputs) => inputGradientKernels(xShape, inputs, geometry));
  return choose('input gradient', xShape, filter.shape, dy.dtype, geometry, kernels);
}
