import type { Batch } from '../data/batches';
import { scope, tensor } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import { disposeStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import { batchGradient, batchImages, batchLogits, logitsPullback, type PassMoments } from '../train/network';
import type { OutputBatch } from './operator';
import { targetDistributions } from './softmax';

/** One batch of images, and passes of a network over it. */
export class NetworkBatch implements OutputBatch<TensorVector> {
  readonly targets: Float64Array;

  constructor(
    private readonly model: Model,
    private readonly batch: Batch,
    private readonly moments: PassMoments,
    private readonly labelSmoothing: number,
  ) {
    this.targets = targetDistributions(batch.labels, model.classes, labelSmoothing);
  }

  get size(): number {
    return this.batch.size;
  }

  get classes(): number {
    return this.model.classes;
  }

  get labels(): Int32Array {
    return this.batch.labels;
  }

  logits(point: TensorVector): Float32Array {
    return batchLogits(this.model, point, this.moments, this.batch);
  }

  /** The logits at the point, and the gradient of the batch's mean loss there. */
  gradient(point: TensorVector): { readonly logits: Float32Array; readonly gradient: TensorVector } {
    const { statistics, training } = this.moments;
    const { logits, gradient, statistics: moved } = batchGradient(this.model, point, statistics, this.batch, this.labelSmoothing, training);
    disposeStatistics(moved);
    return { logits, gradient };
  }

  pullback(point: TensorVector, weigh: (logits: ArrayLike<number>) => Float64Array): TensorVector {
    const weights = Float32Array.from(weigh(this.logits(point)));
    return scope(
      () => logitsPullback(this.model, point, this.moments, batchImages(this.batch), tensor(weights, [weights.length, 1])),
      ({ tensors }) => tensors,
    );
  }
}
