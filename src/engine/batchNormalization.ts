import { boolAttribute, floatAttribute, intAttribute, oneDnnKernel, stringAttribute, typeAttribute, type Attribute } from './binding';
import { batchBucket, runKernel, type Kernel } from './kernelChoice';
import { addRelu } from './activation';
import { ownGradients, ownGradientsWithSide, ownNormalize } from './ownBatchNormalization';
import { canUseOwn, OWN } from './ownOperations';
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
  const own: Kernel<readonly Tensor[]>[] = training && canUseOwn() ? [{ name: OWN, run: () => ownNormalize(attributes, inputs, activation === 'relu') }] : [];
  if (activation === 'identity') {
    return choose('FusedBatchNorm', x, training, [...plain, ...own]);
  }
  const fusion = [intAttribute('num_side_inputs', 0), stringAttribute('activation_mode', 'Relu')];
  return choose('FusedBatchNorm and Relu', x, training, [
    ...plain.map(({ name, run }) => ({ name, run: () => rectifyFirst(run()) })),
    { name: 'oneDNN, fused', run: () => execute('_MklNativeFusedBatchNormEx', [...attributes, ...fusion, oneDnnKernel], inputs, 6) },
    ...own,
  ]);
}

function rectified(x: Tensor): Tensor {
  return execute1('Relu', [typeAttribute('T', x.dtype)], [x]);
}

function rectifyFirst([y, ...others]: readonly Tensor[]): Tensor[] {
  const above = rectified(y!);
  y!.dispose();
  return [above, ...others];
}

/** As `normalize`, with max(y + side, 0) after it. */
function normalizeWithSide(x: Tensor, attributes: readonly Attribute[], inputs: readonly Tensor[], side: Tensor): readonly Tensor[] {
  return choose('FusedBatchNorm, sum and Relu', x, true, [
    {
      name: 'apart',
      run: () => {
        const [y, ...others] = normalize(x, attributes, inputs, true, 'identity');
        const sum = execute1('AddV2', [typeAttribute('T', x.dtype)], [y!, side]);
        y!.dispose();
        return rectifyFirst([sum, ...others]);
      },
    },
    { name: OWN, run: () => ownNormalize(attributes, inputs, true, side) },
  ]);
}

/** Gradients with respect to x, scale and shift, from that of the normalisation's output. */
export function gradients(x: Tensor, attributes: readonly Attribute[], inputs: readonly Tensor[], training: boolean): readonly [Tensor, Tensor, Tensor] {
  const [dy, , scale, mean, variance] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const [dx, dScale, dShift, ...unused] = choose('FusedBatchNormGrad', x, training, [
    { name: 'TensorFlow', run: () => execute('FusedBatchNormGradV3', attributes, inputs, 5) },
    { name: 'oneDNN', run: () => execute('_MklNativeFusedBatchNormGradV3', [...attributes, oneDnnKernel], inputs, 5) },
    // Without a ReLU the shift is not looked at.
    ...(training && canUseOwn() ? [{ name: OWN, run: () => ownGradients(dy, { x, scale, shift: scale, mean, variance }, attributes, false) }] : []),
  ]);
  unused.forEach((output) => output.dispose());
  return [dx!, dScale!, dShift!];
}

/** What the gradient through an activation reads. */
interface Activated {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly scale: Tensor;
  readonly shift: Tensor;
  /** Mean, variance and what TensorFlow's kernels keep besides. */
  readonly moments: readonly [Tensor, Tensor, Tensor];
}

function gradientOfRelu(dy: Tensor, y: Tensor): Tensor {
  return execute1('ReluGrad', [typeAttribute('T', y.dtype)], [dy, y]);
}

/** Gradients with respect to x, scale and shift from that of the ReLU's output y. */
function gradientsThroughRelu(dy: Tensor, { x, y, scale, shift, moments }: Activated, attributes: readonly Attribute[], training: boolean): readonly Tensor[] {
  const apart = (): readonly Tensor[] => {
    const before = gradientOfRelu(dy, y);
    const found = gradients(x, attributes, [before, x, scale, ...moments], training);
    before.dispose();
    return found;
  };
  if (!(training && canUseOwn())) {
    return apart();
  }
  const [mean, variance] = moments;
  return choose('ReluGrad and FusedBatchNormGrad', x, training, [
    { name: 'apart', run: apart },
    { name: OWN, run: () => ownGradients(dy, { x, scale, shift, mean, variance }, attributes, true) },
  ]);
}

/** Gradients with respect to x, scale, shift and side from that of the output y of `normalizeWithSide`, the sum of two parts where there is more. */
function gradientsWithSide(dy: Tensor, more: Tensor | undefined, activated: Activated, attributes: readonly Attribute[]): readonly Tensor[] {
  const { x, y, scale, shift, moments } = activated;
  const [mean, variance] = moments;
  const own: Kernel<readonly Tensor[]> = { name: OWN, run: () => ownGradientsWithSide(more === undefined ? [dy] : [dy, more], { x, scale, shift, mean, variance }, y, attributes) };
  if (more !== undefined) {
    const apart = (): readonly Tensor[] => {
      const sum = execute1('AddV2', [typeAttribute('T', dy.dtype)], [dy, more]);
      const found = gradientsWithSide(sum, undefined, activated, attributes);
      sum.dispose();
      return found;
    };
    return choose('sum, ReluGrad, FusedBatchNormGrad and side', x, true, [{ name: 'apart', run: apart }, own]);
  }
  const apart = (): readonly Tensor[] => {
    const before = gradientOfRelu(dy, y);
    return [...gradients(x, attributes, [before, x, scale, ...moments], true), before];
  };
  return choose('ReluGrad, FusedBatchNormGrad and side', x, true, [{ name: 'apart', run: apart }, own]);
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
  const inputs = [x, scale, shift, running.mean, running.variance];
  const [y, mean, variance, ...moments] = normalize(x, trainingAttributes(x, epsilon, momentum), inputs, true, activation) as ForTraining;
  record([x, scale, shift], y, () => ({
    saved: [x, scale, shift, ...moments, ...(activation === 'relu' ? [y] : [])],
    backward: (dy) => {
      const attributes = attributesFor(x, epsilon, true);
      return activation === 'relu' ? gradientsThroughRelu(dy, { x, y, scale, shift, moments }, attributes, true) : gradients(x, attributes, [dy, x, scale, ...moments], true);
    },
  }));
  release(...moments);
  return { y, running: { mean, variance } };
}

/** y, the running moments after the batch, and what the gradient reads. */
type ForTraining = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];

function trainingAttributes(x: Tensor, epsilon: number, momentum: number): Attribute[] {
  return [...attributesFor(x, epsilon, true), floatAttribute('exponential_avg_factor', momentum)];
}

/**
 * As `batchNormalizeTraining`, with max(y + side, 0) after it: the end of a residual block.
 *
 * @param side of x's shape
 * @throws RangeError if the shapes differ.
 */
export function batchNormalizeTrainingWithSide(
  x: Tensor,
  side: Tensor,
  norm: BatchNormalization,
  running: ChannelStatistics,
  momentum: number,
): { readonly y: Tensor; readonly running: ChannelStatistics } {
  if (!canUseOwn()) {
    const { y: normalized, running: moved } = batchNormalizeTraining(x, norm, running, momentum);
    const y = addRelu(normalized, side);
    release(normalized);
    return { y, running: moved };
  }
  const { scale, shift, epsilon } = norm;
  const inputs = [x, scale, shift, running.mean, running.variance];
  const [y, mean, variance, ...moments] = normalizeWithSide(x, trainingAttributes(x, epsilon, momentum), inputs, side) as ForTraining;
  record([x, scale, shift, side], y, () => ({
    saved: [x, scale, shift, ...moments, y],
    backward: (dy, more) => gradientsWithSide(dy, more, { x, y, scale, shift, moments }, attributesFor(x, epsilon, true)),
    takesTwo: true,
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
    backward: (dy) => {
      const moments = [running.mean, running.variance, running.variance] as const;
      return activation === 'relu' ? gradientsThroughRelu(dy, { x, y, scale, shift, moments }, attributes, false) : gradients(x, attributes, [dy, x, scale, ...moments], false);
    },
  }));
}
