import { trainingBatches, type Batch } from '../data/batches';
import type { Dataset } from '../data/dataset';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { scope } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import { disposeStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import type { Optimizer } from '../optim/optimizer';
import type { Step } from '../optim/step';
import { BatchObjective } from '../train/batchObjective';
import { momentTensors, type NetworkState } from '../train/network';
import { clientSeed, localBatchSize } from './clients';
import { localOptimizer } from './localMethod';
import { localLearningRate, type FederatedSettings } from './settings';
import { fromVector, toVector } from './statistics';

/** What a client gets from the server. None of it changes. */
export interface ServerState {
  readonly parameters: TensorVector;
  readonly direction: TensorVector;
  /** Running batch-norm statistics, as a vector. */
  readonly statistics: TensorVector;
}

/** Sums over the images that clients have seen. */
export interface ImageSums {
  readonly loss: number;
  readonly errors: number;
  readonly images: number;
  readonly gradientEvaluations: number;
}

/** Sums before the first image. */
export const NO_IMAGES: ImageSums = { loss: 0, errors: 0, images: 0, gradientEvaluations: 0 };

/** Adds sums over different images. */
export function addSums(a: ImageSums, b: ImageSums): ImageSums {
  return {
    loss: a.loss + b.loss,
    errors: a.errors + b.errors,
    images: a.images + b.images,
    gradientEvaluations: a.gradientEvaluations + b.gradientEvaluations,
  };
}

/** Which client learns, from what, when and how. */
export interface LocalTask {
  readonly images: Dataset;
  /** Its number, from 0. */
  readonly client: number;
  /** Counted from 1. */
  readonly round: number;
  readonly step: Step;
}

/** One client's work in one round: it starts at the server's weights with a new optimizer, and learns from its own images. */
export class LocalTraining {
  parameters: TensorVector;
  private velocity: TensorVector;
  private currentStatistics: ChannelStatistics[];
  private readonly optimizer: Optimizer<TensorVector, TensorVector>;
  private readonly learningRate: number;
  sums = NO_IMAGES;

  constructor(
    private readonly model: Model,
    private readonly settings: FederatedSettings,
    private readonly task: LocalTask,
    gift: ServerState,
  ) {
    this.optimizer = localOptimizer(settings, gift.direction);
    this.learningRate = localLearningRate(settings, task.round);
    this.parameters = gift.parameters.clone();
    this.velocity = this.optimizer.init(this.parameters);
    this.currentStatistics = fromVector(gift.statistics.clone());
  }

  /** The client's network as it stands; the tensors stay the client's own. */
  get network(): NetworkState {
    return { parameters: this.parameters, statistics: this.currentStatistics };
  }

  /** Running statistics as a vector; the tensors stay the client's own. */
  get statistics(): TensorVector {
    return toVector(this.model, this.currentStatistics);
  }

  /** All batches of the round. Epochs are counted over all rounds, so that each has an order and an augmentation of its own. */
  *batches(): Generator<Batch, void, void> {
    const { batchSize, seed, normalization, cropPadding, flip, localEpochs } = this.settings;
    const { images, client, round } = this.task;
    for (let epoch = 1; epoch <= localEpochs; epoch++) {
      yield* trainingBatches(images, {
        batchSize: localBatchSize(images, batchSize),
        epoch: (round - 1) * localEpochs + epoch,
        seed: clientSeed(seed, client),
        normalization,
        augmentation: { cropPadding, flip, cutout: 0 },
      });
    }
  }

  /** One step on one batch. If it throws, the client is as before. @returns the loss before it. */
  takeStep(batch: Batch): number {
    const objective = new BatchObjective(batch, { model: this.model, statistics: this.currentStatistics, labelSmoothing: 0, penalty: { weightDecay: 0 } });
    const { moved, ...output } = scope(
      () => ({
        ...this.task.step({
          parameters: this.parameters,
          state: this.velocity,
          optimizer: this.optimizer,
          learningRate: this.learningRate,
          objective: (parameters, phase) => objective.evaluate(parameters, phase),
        }),
        moved: objective.movedStatistics(),
      }),
      ({ parameters, state, moved: statistics }) => [...parameters.tensors, ...state.tensors, ...momentTensors(statistics)],
    );
    disposeStatistics(this.currentStatistics);
    this.currentStatistics = moved;
    this.parameters = output.parameters;
    this.velocity = output.state;
    this.sums = addSums(this.sums, { loss: output.loss * batch.size, errors: objective.errors, images: batch.size, gradientEvaluations: output.gradientEvaluations });
    return output.loss;
  }

  dispose(): void {
    this.parameters.dispose();
    this.velocity.dispose();
    disposeStatistics(this.currentStatistics);
  }
}
