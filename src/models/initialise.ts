import type { ChannelStatistics } from '../engine/batchNormalization';
import { random } from '../engine/random';
import { scope, tensor, type Tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Examples } from './examples';
import type { Model, ModelParameter } from './model';

/** How a network starts. */
export interface Initialisation {
  readonly seed: number;
  /** Starts the last batch-norm scale of each residual branch at 0, so that each block starts as the identity (Goyal et al. 2017, section 5.1). */
  readonly zeroInitResidual: boolean;
  /** The first inputs of the training set, for layers that start from them; see `firstExamples`. */
  readonly examples?: (count: number) => Examples;
}

function noExamples(): never {
  throw new Error('initialParameters: a whitening layer starts from training images; pass `examples`, such as (count) => firstExamples(trainingSet, normalization, count).');
}

function initialValues(model: Model, { name, shape, initial }: ModelParameter, { seed, zeroInitResidual, examples = noExamples }: Initialisation): Float32Array {
  const values = initial({ shape, rng: random(seed, 'initialise', name), examples });
  return zeroInitResidual && model.residualScales.includes(name) ? values.fill(0) : values;
}

/**
 * Draws the initial parameters; each from a stream of its own, so that equal layers of different networks start alike.
 *
 * @throws Error for a network with a whitening layer, if there are no examples.
 */
export function initialParameters(model: Model, initialisation: Initialisation): TensorVector {
  const draw = (spec: ModelParameter): Tensor => tensor(initialValues(model, spec, initialisation), spec.shape);
  return scope(
    () => new TensorVector(model.parameters, model.parameters.map(draw)),
    ({ tensors }) => tensors,
  );
}

/** Running statistics before the first batch: mean 0, variance 1. */
export function initialStatistics(model: Model): ChannelStatistics[] {
  return model.statistics.map(({ channels }) => ({
    mean: tensor(new Float32Array(channels), [channels]),
    variance: tensor(new Float32Array(channels).fill(1), [channels]),
  }));
}

/** Frees running statistics. */
export function disposeStatistics(statistics: readonly ChannelStatistics[]): void {
  for (const { mean, variance } of statistics) {
    mean.dispose();
    variance.dispose();
  }
}
