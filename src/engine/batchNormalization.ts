import { boolAttribute, floatAttribute, oneDnnKernel, stringAttribute, typeAttribute, type Attribute } from './binding';
import { batchBucket, runKernel } from './kernelChoice';
import { record } from './tape';
import { execute, type Tensor } from './tensor';

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

function attributesFor(x: Tensor, epsilon: number, training: boolean): Attribute[] {
  return [
    typeAttribute('T', x.dtype),
    typeAttribute('U', 'float32'),
    floatAttribute('epsilon', epsilon),
    stringAttribute('data_format', 'NHWC'),
    boolAttribute('is_training', training),
  ];
}

/** The op by TensorFlow or by oneDNN; what the one saves for the gradient serves the other too. */
function run(op: 'FusedBatchNorm' | 'FusedBatchNormGrad', x: Tensor, attributes: readonly Attribute[], inputs: readonly Tensor[], training: boolean): Tensor[] {
  const [batch, ...map] = x.shape as [number, ...number[]];
  const outputs = op === 'FusedBatchNorm' ? 6 : 5;
  return runKernel(`${op} ${training ? 'training' : 'evaluation'} ${x.dtype} ${[batchBucket(batch), ...map].join(' x ')}`, [
    { name: 'TensorFlow', run: () => execute(`${op}V3`, attributes, inputs, outputs) },
    { name: 'oneDNN', run: () => execute(`_MklNative${op}V3`, [...attributes, oneDnnKernel], inputs, outputs) },
  ]);
}

/**
 * Batch normalisation with the batch's own moments over all positions:
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
): { readonly y: Tensor; readonly running: ChannelStatistics } {
  const attributes = [...attributesFor(x, epsilon, true), floatAttribute('exponential_avg_factor', momentum)];
  const inputs = [x, scale, shift, running.mean, running.variance];
  const [y, mean, variance, savedMean, savedVariance, reserve] = run('FusedBatchNorm', x, attributes, inputs, true) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const moments = [savedMean, savedVariance, reserve];
  moments.forEach((moment) => (moment.released = true));
  record([x, scale, shift], y, () => ({
    saved: [x, scale, ...moments],
    backward: (dy) => {
      const inputs = [dy, x, scale, savedMean, savedVariance, reserve];
      const [dx, dScale, dShift, ...unused] = run('FusedBatchNormGrad', x, attributesFor(x, epsilon, true), inputs, true);
      unused.forEach((output) => output.dispose());
      return [dx, dScale, dShift];
    },
  }));
  moments.filter((moment) => moment.saves === 0).forEach((moment) => moment.dispose());
  return { y, running: { mean, variance } };
}

/**
 * Batch normalisation with fixed statistics, as in evaluation:
 * y = scale (x - mean) / sqrt(variance + epsilon) + shift.
 *
 * @param x [batch, height, width, channels]
 */
export function batchNormalizeEvaluation(x: Tensor, { scale, shift, epsilon }: BatchNormalization, running: ChannelStatistics): Tensor {
  const attributes = attributesFor(x, epsilon, false);
  const [y, ...unused] = run('FusedBatchNorm', x, attributes, [x, scale, shift, running.mean, running.variance], false) as [Tensor, ...Tensor[]];
  unused.forEach((output) => output.dispose());
  return record([x, scale, shift], y, () => ({
    saved: [x, scale],
    backward: (dy) => {
      const inputs = [dy, x, scale, running.mean, running.variance, running.variance];
      const [dx, dScale, dShift, ...rest] = run('FusedBatchNormGrad', x, attributes, inputs, false);
      rest.forEach((output) => output.dispose());
      return [dx, dScale, dShift];
    },
  }));
}
