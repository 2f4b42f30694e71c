import type { ChannelStatistics } from '../engine/batchNormalization';
import { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec } from '../engine/vector';
import type { Model } from '../models/model';

/** Names the running statistics like parameters: mean and variance of each batch-norm layer. */
export function statisticsSpecs(model: Model): ParameterSpec[] {
  return model.statistics.flatMap(({ name, channels }): ParameterSpec[] => [
    { name: `${name}.running_mean`, kind: 'normShift', shape: [channels] },
    { name: `${name}.running_var`, kind: 'normScale', shape: [channels] },
  ]);
}

/** Running statistics as one vector, so that a server averages them as it averages parameters. Takes the tensors over. */
export function toVector(model: Model, statistics: readonly ChannelStatistics[]): TensorVector {
  return new TensorVector(
    statisticsSpecs(model),
    statistics.flatMap(({ mean, variance }) => [mean, variance]),
  );
}

/** The running statistics in a vector that {@link toVector} made; the tensors stay the vector's own. */
export function fromVector({ tensors }: TensorVector): ChannelStatistics[] {
  return Array.from({ length: tensors.length / 2 }, (_, layer) => ({ mean: tensors[2 * layer]!, variance: tensors[2 * layer + 1]! }));
}
