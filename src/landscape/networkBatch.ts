import type { Batch } from '../data/batches';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { reshape } from '../engine/convolution';
import { matMul } from '../engine/dense';
import { valueAndGradient } from '../engine/tape';
import { scope, tensor, type Tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Model } from '../models/model';
import { batchImages } from '../train/network';
import type { OutputBatch } from './operator';
import { targetDistributions } from './softmax';

/** How batch normalisation finds its moments in one pass. */
export interface PassMoments {
  readonly statistics: readonly ChannelStatistics[];
  /** By the batch's own moments instead of the statistics. */
  readonly training: boolean;
}

/** One batch of images, and passes of a network over it. */
export class NetworkBatch implements OutputBatch<TensorVector> {
  readonly targets: Float64Array;

  constructor(
    private readonly model: Model,
    private readonly batch: Batch,
    private readonly moments: PassMoments,
    labelSmoothing: number,
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

  /** Within a scope, which also frees the statistics that follow from a batch in training. */
  private forward({ tensors }: TensorVector): Tensor {
    return this.model.apply(batchImages(this.batch), { parameters: tensors, ...this.moments, updated: [] });
  }

  logits(point: TensorVector): Float32Array {
    return scope(() => this.forward(point).values() as Float32Array);
  }

  pullback(point: TensorVector, weigh: (logits: ArrayLike<number>) => Float64Array): TensorVector {
    const gradients = scope(
      () =>
        valueAndGradient(point.tensors, () => {
          const logits = this.forward(point);
          const weights = tensor(Float32Array.from(weigh(logits.values())), [logits.size, 1]);
          return { loss: matMul(reshape(logits, [1, logits.size]), weights), auxiliary: undefined };
        }).gradients,
      (kept) => kept,
    );
    return new TensorVector(point.specs, gradients);
  }
}
