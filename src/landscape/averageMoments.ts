import type { Batch } from '../data/batches';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { scope, tensor } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import type { Model } from '../models/model';
import { batchImages, forwardPass } from '../train/network';

/** Adds up the moments of batches, and gives their mean over all images. */
export class AverageMoments {
  private readonly sums: readonly { readonly mean: Float64Array; readonly variance: Float64Array }[];
  private images = 0;

  constructor(private readonly model: Model) {
    this.sums = model.statistics.map(({ channels }) => ({ mean: new Float64Array(channels), variance: new Float64Array(channels) }));
  }

  /** Runs a batch through the network in training mode. From running statistics of 0 it leaves each layer's momentum times the batch's moments. */
  add(batch: Batch, parameters: TensorVector): void {
    scope(() => {
      const zeros = this.model.statistics.map(({ channels }) => ({
        mean: tensor(new Float32Array(channels), [channels]),
        variance: tensor(new Float32Array(channels), [channels]),
      }));
      const { updated } = forwardPass(this.model, parameters, { statistics: zeros, training: true }, batchImages(batch));
      updated.forEach(({ mean, variance }, layer) => {
        const sum = this.sums[layer]!;
        const { momentum } = this.model.statistics[layer]!;
        mean.values().forEach((value, channel) => (sum.mean[channel]! += (value / momentum) * batch.size));
        variance.values().forEach((value, channel) => (sum.variance[channel]! += (value / momentum) * batch.size));
      });
    });
    this.images += batch.size;
  }

  /** Means of the batches' means and unbiased variances. The caller disposes of them. */
  statistics(): ChannelStatistics[] {
    const average = (sums: Float64Array): Float32Array => Float32Array.from(sums, (sum) => sum / this.images);
    return this.sums.map(({ mean, variance }) => ({
      mean: tensor(average(mean), [mean.length]),
      variance: tensor(average(variance), [variance.length]),
    }));
  }
}
