import { boolAttribute, floatAttribute, intAttribute, oneDnnKernel, stringAttribute, typeAttribute, type Attribute } from './binding';
import { batchBucket, runKernel, type Kernel } from './kernelChoice';
import { record } from './tape';
import { execute, execute1, release, type Tensor } from './tensor';

/** Running mean and variance of one layer's channels. */
export interface ChannelStatistics {
  /** [channels] */
  readonly mean: Tensor;
  /** [channels], unbiased */
  readonly variance: Tensor;
}

/** Parameters of batch normalisation. */
export interface BatchNormalization {
  /** gamma, [channels] */
  readonly scale: Tensor;
  /** beta, [channels] */
  readonly shift: Tensor;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** Attributes of batch normalisation's kernels. */
export function attributesFor(x: Tensor, epsilon: number, training: boolean): Attribute[] {
  return [
    typeAttribute('T', x.dtype),
    typeAttribute('U', 'float32'),
    floatAttribute('epsilon', epsilon),
    stringAttribute('data_format', 'NHWC'),
    boolAttribute('is_training', training),
  ];
}

/** What follows the normalisation in the same pass over memory. */
export type Activation = 'identity' | 'relu';

function choose(op: string, x: Tensor, training: boolean, kernels: readonly Kernel<readonly Tensor[]>[]): readonly Tensor[] {
  const [batch, ...map] = x.shape as [number, ...number[]];
  return runKernel(`${op} ${training ? 'training' : 'evaluation'} ${x.dtype} ${[batchBucket(batch), ...map].join(' x ')}`, kernels);
}

/** y, the updated running moments, and what the gradient reads, which is the same from every kernel. Not recorded on the tape. */
export function normalize(x: Tensor, attributes: readonly Attribute[], inputs: readonly Tensor[], training: boolean, activation: Activation): readonly Tensor[] {
  const plain: Kernel<readonly Tensor[]>[] = [
    { name: 'TensorFlow', run: () => execute('FusedBatchNormV3', attributes, inputs, 6) },
    { name: 'oneDNN', run: () => execute('_MklNativeFusedBatchNormV3', [...attributes, oneDnnKernel], inputs, 6) },
  ];
  if (activation === 'identity') {
    return choose('FusedBatchNorm', x, training, plain);
  }
  const fusion = [intAttribute('num_side_inputs', 0), stringAttribute('activation_mode', 'Relu')];
  return choose('FusedBatchNorm and Relu', x, training, [
    ...plain.map(({ name, run }) => ({ name, run: () => rectifyFirst(run()) })),
    { name: 'oneDNN, fused', run: () => execute('_MklNativeFusedBatchNormEx', [...attributes, ...fusion, oneDnnKernel], inputs, 6) },
  ]);
}

function rectifyFirst([y, ...others]: readonly Tensor[]): Tensor[] {
  const rectified = execute1('Relu', [typeAttribute('T', y!.dtype)], [y!]);
  y!.dispose();
  return [rectified, ...others];
}

/** Gradients with respect to x, scale and shift, from that of the normalisation's output. */
export function gradients(x: Tensor, attributes: readonly Attribute[], inputs: readonly Tensor[], training: boolean): readonly [Tensor, Tensor, Tensor] {
  const [dx, dScale, dShift, ...unused] = choose('FusedBatchNormGrad', x, training, [
    { name: 'TensorFlow', run: () => execute('FusedBatchNormGradV3', attributes, inputs, 5) },
    { name: 'oneDNN', run: () => execute('_MklNativeFusedBatchNormGradV3', [...attributes, oneDnnKernel], inputs, 5) },
  ]);
  unused.forEach((output) => output.dispose());
  return [dx!, dScale!, dShift!];
}

/** Gradients with respect to x, scale and shift, from that of the activation's output y. */
function gradientsThroughActivation(x: Tensor, y: Tensor, attributes: readonly Attribute[], [dy, ...inputs]: readonly [Tensor, ...Tensor[]], training: boolean, activation: Activation): readonly Tensor[] {
  const before = activation === 'relu' ? execute1('ReluGrad', [typeAttribute('T', x.dtype)], [dy, y]) : dy;
  const found = gradients(x, attributes, [before, ...inputs], training);
  if (before !== dy) {
    before.dispose();
  }
  return found;
}

/**
 * Batch normalisation with the batch's own moments over all positions, with max(y, 0) after it where asked:
 * y = scale (x - mean) / sqrt(variance + epsilon) + shift, with the biased variance.
 *
 * Also returns the running statistics after this batch,
 * (1 - m) running + m batch, with the unbiased variance of the batch, as PyTorch keeps them.
 *
 * @param x [batch, height, width, channels]
 * @param momentum m, the weight of this batch.
 * @source Ioffe and Szegedy 2015 (arXiv 1502.03167), algorithm 1.
 */
export function batchNormalizeTraining(
  x: Tensor,
  { scale, shift, epsilon }: BatchNormalization,
  running: ChannelStatistics,
  momentum: number,
  activation: Activation = 'identity',
): { readonly y: Tensor; readonly running: ChannelStatistics } {
  const attributes = [...attributesFor(x, epsilon, true), floatAttribute('exponential_avg_factor', momentum)];
  const inputs = [x, scale, shift, running.mean, running.variance];
  const [y, mean, variance, ...moments] = normalize(x, attributes, inputs, true, activation) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  record([x, scale, shift], y, () => ({
    saved: [x, scale, ...moments, ...(activation === 'relu' ? [y] : [])],
    backward: (dy) => gradientsThroughActivation(x, y, attributesFor(x, epsilon, true), [dy, x, scale, ...moments], true, activation),
  }));
  release(...moments);
  return { y, running: { mean, variance } };
}

/**
 * Batch normalisation with fixed statistics, as in evaluation, with max(y, 0) after it where asked:
 * y = scale (x - mean) / sqrt(variance + epsilon) + shift.
 *
 * @param x [batch, height, width, channels]
 */
export function batchNormalizeEvaluation(x: Tensor, { scale, shift, epsilon }: BatchNormalization, running: ChannelStatistics, activation: Activation = 'identity'): Tensor {
  const attributes = attributesFor(x, epsilon, false);
  const [y, ...unused] = normalize(x, attributes, [x, scale, shift, running.mean, running.variance], false, activation) as [Tensor, ...Tensor[]];
  unused.forEach((output) => output.dispose());
  return record([x, scale, shift], y, () => ({
    saved: [x, scale, ...(activation === 'relu' ? [y] : [])],
    backward: (dy) => gradientsThroughActivation(x, y, attributes, [dy, x, scale, running.mean, running.variance, running.variance], false, activation),
  }));
}
