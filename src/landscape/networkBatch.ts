import type { Batch } from '../data/batches';
import { smoothedTargets } from '../engine/crossEntropy';
import { scope, tensor } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import { disposeStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import { batchGradient, batchImages, batchLogits, hessianProduct, logitsPullback, logitsPushforward, type PassMoments } from '../train/network';
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

  pullback(point: TensorVector, weights: Float64Array): TensorVector {
    return scope(
      () => logitsPullback(this.model, point, this.moments, batchImages(this.batch), tensor(Float32Array.from(weights), [weights.length, 1])),
      ({ tensors }) => tensors,
    );
  }

  pushforward(point: TensorVector, v: TensorVector): { readonly logits: Float32Array; readonly moved: Float32Array } {
    return scope(() => {
      const { logits, moved } = logitsPushforward(this.model, point, this.moments, batchImages(this.batch), v);
      return { logits: logits.values() as Float32Array, moved: moved.values() as Float32Array };
    });
  }

  /** H v for the Hessian of the batch's mean loss. */
  hessianProduct(point: TensorVector, v: TensorVector): TensorVector {
    return scope(
      () => hessianProduct(this.model, point, this.moments, batchImages(this.batch), smoothedTargets(this.batch.labels, this.model.classes, this.labelSmoothing), v),
      ({ tensors }) => tensors,
    );
  }
}
