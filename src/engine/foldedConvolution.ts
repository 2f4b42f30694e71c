/** Convolution, batch norm with fixed statistics, a branch's sum and ReLU as one kernel; for passes without a gradient. */
import { add, relu } from './activation';
import type { Activation, BatchNormalization, ChannelStatistics } from './batchNormalization';
import { boolAttribute, floatAttribute, intAttribute, oneDnnKernel, stringAttribute, stringListAttribute, typeAttribute, typeListAttribute, type Attribute } from './binding';
import { conv2d, subsample } from './convolution';
import type { Geometry } from './convolutionKernels';
import { addBias } from './dense';
import { executeAlone } from './graph/alone';
import { batchBucket, runKernel, type Kernel } from './kernelChoice';
import { reshaped } from './layout';
import { inPrecision, oneDnnHas, temporarily } from './precision';
import { isSmallMap } from './smallMapConvolution';
import { execute1, scope, tensor, type Tensor } from './tensor';

/** A convolution with the batch norm after it folded in. */
export interface FoldedConvolution {
  /** [kernel, kernel, channels, filters], float32 */
  readonly filter: Tensor;
  /** [filters], float32 */
  readonly bias: Tensor;
}

const float = typeAttribute('T', 'float32');

/**
 * The convolution that equals a convolution without bias and batch norm with fixed statistics after it:
 *
 * filter' = s filter, bias' = shift - s mean, with s = scale / sqrt(variance + epsilon)
 *
 * It is as exact as the two in turn: both round sums of the terms s x filter, and in both the division by a small deviation
 * enlarges the rounding.
 *
 * @source Jacob et al. 2018 (arXiv 1712.05877), eq. 14.
 */
export function foldBatchNorm(filter: Tensor, { scale, shift, epsilon }: BatchNormalization, { mean, variance }: ChannelStatistics): FoldedConvolution {
  const compute = (op: string, ...inputs: readonly Tensor[]): Tensor => execute1(op, [float], inputs);
  return scope(
    () => {
      const factor = compute('Mul', scale, compute('Rsqrt', compute('AddV2', variance, tensor([epsilon], []))));
      return { filter: compute('Mul', filter, factor), bias: compute('Sub', shift, compute('Mul', mean, factor)) };
    },
    (folded) => [folded.filter, folded.bias],
  );
}

/** What follows the convolution: the sum with another tensor of the result's shape, then an activation. */
export interface Following {
  readonly activation: Activation;
  readonly side?: Tensor | undefined;
}

function inSteps(x: Tensor, { filter, bias }: FoldedConvolution, geometry: Geometry, { activation, side }: Following): Tensor {
  return temporarily(() => {
    const y = addBias(conv2d(x, filter, geometry), bias);
    const sum = side ? add(y, side) : y;
    return activation === 'relu' ? relu(sum) : sum;
  });
}

function fusedAttributes(x: Tensor, fused: readonly string[], extra: number): Attribute[] {
  return [typeAttribute('T', x.dtype), intAttribute('num_args', extra), stringListAttribute('fused_ops', fused), floatAttribute('epsilon', 1e-4), floatAttribute('leakyrelu_alpha', 0.2), oneDnnKernel];
}

function fusedConvolution(x: Tensor, { filter, bias }: FoldedConvolution, { stride, padding }: Geometry, { activation, side }: Following): Tensor {
  const extra = [inPrecision(bias, x.dtype), ...(side ? [side] : [])];
  const fused = ['BiasAdd', ...(side ? ['Add'] : []), ...(activation === 'relu' ? ['Relu'] : [])];
  const attributes = [
    ...fusedAttributes(x, fused, extra.length),
    typeListAttribute('TArgs', extra.map(() => x.dtype)),
    intAttribute('strides', [1, stride, stride, 1]),
    intAttribute('dilations', [1, 1, 1, 1]),
    stringAttribute('padding', 'EXPLICIT'),
    intAttribute('explicit_paddings', [0, 0, padding, padding, padding, padding, 0, 0]),
    stringAttribute('data_format', 'NHWC'),
    boolAttribute('is_filter_const', false),
  ];
  return executeAlone('_MklNativeFusedConv2D', attributes, [x, inPrecision(filter, x.dtype), ...extra]);
}

/** A 1x1 convolution as a product of matrices. oneDNN's product takes two fused operations, so a ReLU after a sum is applied separately. */
function fusedProduct(x: Tensor, { filter, bias }: FoldedConvolution, { stride }: Geometry, { activation, side }: Following): Tensor {
  return temporarily(() => {
    const sampled = stride === 1 ? x : subsample(x, stride);
    const [batch, height, width, channels] = sampled.shape as [number, number, number, number];
    const [filters, rows] = [filter.shape[3]!, batch * height * width];
    const extra = [inPrecision(bias, x.dtype), ...(side ? [reshaped(side, [rows, filters])] : [])];
    const fused = ['BiasAdd', ...(side ? ['Add'] : activation === 'relu' ? ['Relu'] : [])];
    const attributes = [...fusedAttributes(x, fused, extra.length), boolAttribute('transpose_a', false), boolAttribute('transpose_b', false), boolAttribute('is_weight_const', false)];
    const matrix = reshaped(inPrecision(filter, x.dtype), [channels, filters]);
    const y = reshaped(executeAlone('_MklNativeFusedMatMul', attributes, [reshaped(sampled, [rows, channels]), matrix, ...extra]), [batch, height, width, filters]);
    return side && activation === 'relu' ? relu(y) : y;
  });
}

/**
 * activation(conv(x, filter) + bias + side), by the fastest kernel; it is not recorded on the tape.
 *
 * @param x [batch, height, width, channels]
 */
export function convolveFolded(x: Tensor, folded: FoldedConvolution, geometry: Geometry, following: Following): Tensor {
  const { filter } = folded;
  const kernels: Kernel[] = [{ name: 'in steps', run: () => inSteps(x, folded, geometry, following) }];
  if (oneDnnHas(x.dtype) && !isSmallMap(x, filter, geometry.padding)) {
    kernels.push({ name: 'oneDNN, fused', run: () => temporarily(() => fusedConvolution(x, folded, geometry, following)) });
    if (filter.shape[0] === 1 && geometry.padding === 0) {
      kernels.push({ name: 'oneDNN, fused product', run: () => fusedProduct(x, folded, geometry, following) });
    }
  }
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const fused = ['bias', ...(following.side ? ['sum'] : []), ...(following.activation === 'relu' ? ['Relu'] : [])].join(', ');
  return runKernel(`convolution with ${fused} ${x.dtype} ${batchBucket(batch)} x ${height} x ${width} x ${channels} to ${filter.shape[3]!}, ${filter.shape[0]!} x ${filter.shape[1]!} / ${geometry.stride}`, kernels);
}
