import type { ChannelStatistics } from '../engine/batchNormalization';
import { smoothedTargets, softmaxCrossEntropy } from '../engine/crossEntropy';
import { valueAndGradient } from '../engine/tape';
import { release, scope, tensor, type Tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import { CHANNELS, IMAGE_SIDE } from '../data/dataset';
import type { Batch } from '../data/batches';
import { disposeStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import type { LossAndGradient } from '../optim/step';

/** Loss and gradient of a batch, and what else one pass through the network found. */
export interface BatchGradient extends LossAndGradient<TensorVector> {
  /** [batch, classes], row by row. */
  readonly logits: Float32Array;
  /** Running statistics after this batch; the caller disposes of them. */
  readonly statistics: ChannelStatistics[];
}

/** The images of a batch in native memory: [size, 32, 32, 3]. */
export function batchImages({ images, size }: Batch): Tensor {
  return tensor(images, [size, IMAGE_SIDE, IMAGE_SIDE, CHANNELS]);
}

/**
 * Loss of a network on one batch in training mode, and its gradient with respect to all parameters.
 *
 * @param labelSmoothing in [0, 1)
 */
export function batchGradient(
  model: Model,
  parameters: TensorVector,
  statistics: readonly ChannelStatistics[],
  batch: Batch,
  labelSmoothing: number,
): BatchGradient {
  const { value, gradients, auxiliary } = scope(
    () => {
      const images = batchImages(batch);
      const targets = smoothedTargets(batch.labels, model.classes, labelSmoothing);
      return valueAndGradient(
        parameters.tensors,
        () => {
          const updated: ChannelStatistics[] = [];
          const logits = model.apply(images, { parameters: parameters.tensors, statistics, training: true, updated });
          const loss = softmaxCrossEntropy(logits, targets);
          const values = logits.values() as Float32Array;
          release(logits);
          return { loss, auxiliary: { logits: values, updated } };
        },
        ({ updated }) => updated.flatMap(({ mean, variance }) => [mean, variance]),
      );
    },
    ({ gradients, auxiliary }) => [...gradients, ...auxiliary.updated.flatMap(({ mean, variance }) => [mean, variance])],
  );
  return { loss: value, gradient: new TensorVector(model.parameters, gradients), logits: auxiliary.logits, statistics: auxiliary.updated };
}

/** Parameters and batch-norm statistics of a network: all that evaluation needs. */
export interface NetworkState {
  readonly parameters: TensorVector;
  readonly statistics: readonly ChannelStatistics[];
}

/** Frees a network's state. */
export function disposeNetwork({ parameters, statistics }: NetworkState): void {
  parameters.dispose();
  disposeStatistics(statistics);
}
