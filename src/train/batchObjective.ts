import type { Batch } from '../data/batches';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { tensor } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import type { ParameterKind, ParameterSpec } from '../engine/vector';
import { disposeStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import type { BatchPart, LossAndGradient } from '../optim/step';
import { labelRank } from './labelRank';
import { batchGradient } from './network';

/** What turns a batch into a loss. */
export interface BatchLoss {
  readonly model: Model;
  /** Running statistics before the step. */
  readonly statistics: readonly ChannelStatistics[];
  readonly labelSmoothing: number;
  /** lambda of a penalty lambda / 2 |w|^2 that belongs to the loss; its gradient is added at each point, the reported loss leaves it out. */
  readonly penalty: { readonly weightDecay: number; readonly decayKinds?: readonly ParameterKind[] };
  /** Parameters whose gradient is left at 0; default: none. */
  readonly frozen?: (spec: ParameterSpec) => boolean;
}

/**
 * The losses of one step on one batch, whole or in groups.
 *
 * Running statistics move only in the first phase. With groups they move once, to the mean of what each
 * group would make of them, as in training on several devices.
 */
export class BatchObjective {
  /** Images of the first phase that the network got wrong. */
  errors = 0;
  private readonly updated: ChannelStatistics[][] = [];

  constructor(
    private readonly batch: Batch,
    private readonly loss: BatchLoss,
  ) {}

  /** Mean loss of the batch, or of a part of it, and its gradient. */
  evaluate(parameters: TensorVector, phase: 'first' | 'perturbed', part?: BatchPart): LossAndGradient<TensorVector> {
    const { model, statistics, labelSmoothing, penalty, frozen } = this.loss;
    const batch = partOf(this.batch, part);
    const { loss, gradient, logits, statistics: updated } = batchGradient(model, parameters, statistics, batch, labelSmoothing, true, frozen);
    if (phase === 'first') {
      this.updated.push(updated);
      this.errors += batch.labels.reduce((sum, label, row) => sum + (labelRank(logits, row, model.classes, label) > 0 ? 1 : 0), 0);
    } else {
      disposeStatistics(updated);
    }
    if (penalty.weightDecay > 0) {
      const decaying = frozen ? parameters.restrict((spec) => !frozen(spec)) : parameters;
      gradient.addScaledInPlace(decaying, penalty.weightDecay, penalty.decayKinds);
      if (decaying !== parameters) {
        decaying.dispose();
      }
    }
    return { loss, gradient };
  }

  /** The gradient of one image's loss, with running statistics and without the penalty. */
  sampleGradient(parameters: TensorVector, index: number): TensorVector {
    const { model, statistics, labelSmoothing, frozen } = this.loss;
    const image = partOf(this.batch, { start: index, end: index + 1 });
    return batchGradient(model, parameters, statistics, image, labelSmoothing, false, frozen).gradient;
  }

  /** Running statistics after the step; they belong to the caller. */
  movedStatistics(): ChannelStatistics[] {
    const [only, ...others] = this.updated.splice(0);
    return others.length === 0 ? only! : mean([only!, ...others]);
  }
}

/** Some images of a batch. */
function partOf(batch: Batch, part: BatchPart | undefined): Batch {
  if (part === undefined) {
    return batch;
  }
  const { start, end } = part;
  const length = batch.images.length / batch.size;
  return { ...batch, images: batch.images.slice(start * length, end * length), labels: batch.labels.slice(start, end), size: end - start };
}

/** Means over groups, channel by channel; frees what it averages. */
function mean(groups: readonly ChannelStatistics[][]): ChannelStatistics[] {
  const averaged = (layer: number, moment: keyof ChannelStatistics): ChannelStatistics['mean'] => {
    const values = groups.map((group) => group[layer]![moment].values());
    return tensor(Float32Array.from(values[0]!, (_, channel) => values.reduce((sum, array) => sum + array[channel]!, 0) / groups.length), [values[0]!.length]);
  };
  const means = groups[0]!.map((_, layer) => ({ mean: averaged(layer, 'mean'), variance: averaged(layer, 'variance') }));
  groups.forEach(disposeStatistics);
  return means;
}
