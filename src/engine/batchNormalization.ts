import { boolAttribute, floatAttribute, stringAttribute, typeAttribute, type Attribute } from './binding';
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
  const [y, mean, variance, savedMean, savedVariance, reserve] = execute(
    'FusedBatchNormV3',
    attributes,
    [x, scale, shift, running.mean, running.variance],
    6,
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const moments = [savedMean, savedVariance, reserve];
  moments.forEach((moment) => (moment.released = true));
  record([x, scale, shift], y, () => ({
    saved: [x, scale, ...moments],
    backward: (dy) => {
      const inputs = [dy, x, scale, savedMean, savedVariance, reserve];
      const [dx, dScale, dShift, ...unused] = execute('FusedBatchNormGradV3', attributesFor(x, epsilon, true), inputs, 5);
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
  const [y, ...unused] = execute('FusedBatchNormV3', attributes, [x, scale, shift, running.mean, running.variance], 6) as [Tensor, ...Tensor[]];
  unused.forEach((output) => output.dispose());
  return record([x, scale, shift], y, () => ({
    saved: [x, scale],
    backward: (dy) => {
      const inputs = [dy, x, scale, running.mean, running.variance, running.variance];
      const [dx, dScale, dShift, ...rest] = execute('FusedBatchNormGradV3', attributes, inputs, 5);
      rest.forEach((output) => output.dispose());
      return [dx, dScale, dShift];
    },
  }));
}
