import { batchesPerEpoch, trainingBatches, type Batch } from '../data/batches';
import { imageCount, type Dataset } from '../data/dataset';
import type { ChannelStatistics } from '../engine/batchNormalization';
import type { TensorVector } from '../engine/tensorVector';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import { samStep } from '../optim/sam';
import { learningRateAt } from '../optim/schedule';
import { sgd } from '../optim/sgd';
import { plainStep, type Step } from '../optim/step';
import { loadCheckpoint, saveCheckpoint, type TrainingPosition } from './checkpoint';
import { evaluate, labelRank } from './evaluate';
import { batchGradient, type NetworkState } from './network';
import type { TrainingProgress } from './progress';
import type { EpochRecord, Evaluation } from './record';
import type { TrainingSettings } from './settings';

/** Where and how often a run saves what it needs to go on. */
export interface CheckpointOptions {
  readonly file: string;
  /** At most one checkpoint in this many seconds, beside the one at a stop. */
  readonly everySeconds: number;
  /** Names the settings of the run; a checkpoint of other settings is refused. */
  readonly fingerprint: string;
}

/** What a training run is made from. */
export interface TrainingInput {
  readonly model: Model;
  readonly settings: TrainingSettings;
  readonly trainingSet: Dataset;
  /** Evaluated after each tenth of the run, for curves and choices; never the test set. */
  readonly heldOut?: Dataset;
  readonly checkpoint?: CheckpointOptions;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Polled after every step; the run then saves a checkpoint and ends as `stopped`. */
  readonly shouldStop?: () => boolean;
}

/** How a training run ended. The network belongs to the caller. */
export interface TrainingOutcome {
  readonly status: 'finished' | 'stopped' | 'diverged';
  /** What happened, for a run that diverged. */
  readonly divergence?: string;
  readonly network: NetworkState;
  readonly history: readonly EpochRecord[];
  readonly seconds: number;
  readonly gradientEvaluations: number;
}

/** Held-out evaluations in a run, at most one more. */
const EVALUATIONS = 10;

const START: TrainingPosition = { history: [], step: 0, lossSum: 0, errors: 0, images: 0, epochSeconds: 0, seconds: 0, gradientEvaluations: 0 };

function stepOf({ method, rho }: TrainingSettings): Step {
  switch (method) {
    case 'sgd':
      return plainStep;
    case 'sam':
      return samStep(rho);
  }
}

/** One training run: its tensors, its place, and the steps that move both. */
class TrainingRun {
  private readonly optimizer;
  private readonly step: Step;
  readonly stepsPerEpoch: number;
  position = START;
  parameters!: TensorVector;
  velocity!: TensorVector;
  statistics!: ChannelStatistics[];
  private resumedAt = performance.now();
  private savedAt = performance.now();

  constructor(private readonly input: TrainingInput) {
    const { settings, trainingSet } = input;
    this.optimizer = sgd<TensorVector>({
      momentum: settings.momentum,
      nesterov: settings.nesterov,
      weightDecay: settings.weightDecay,
      ...(settings.weightDecayOn === 'weights' ? { weightDecayOn: ['weight'] } : {}),
    });
    this.step = stepOf(settings);
    this.stepsPerEpoch = batchesPerEpoch(imageCount(trainingSet), settings.batchSize);
  }

  /** Takes up the checkpoint, or draws the initial weights. */
  open(): void {
    const { model, settings, checkpoint } = this.input;
    const saved = checkpoint && loadCheckpoint(checkpoint.file, model, checkpoint.fingerprint);
    this.position = saved?.position ?? START;
    this.parameters = saved?.parameters ?? initialParameters(model, settings);
    this.velocity = saved?.velocity ?? this.optimizer.init(this.parameters);
    this.statistics = saved?.statistics ?? initialStatistics(model);
    this.resumedAt = this.savedAt = performance.now();
  }

  /** Adds the time since the last call to the run's clock. */
  private tick(): void {
    const now = performance.now();
    const passed = (now - this.resumedAt) / 1000;
    this.resumedAt = now;
    this.position = { ...this.position, seconds: this.position.seconds + passed, epochSeconds: this.position.epochSeconds + passed };
  }

  get epoch(): number {
    return this.position.history.length + 1;
  }

  private learningRate(): number {
    const before = (this.epoch - 1) * this.stepsPerEpoch + this.position.step;
    return learningRateAt(this.input.settings, before, this.stepsPerEpoch);
  }

  /** One step on one batch. @returns the loss before it. */
  takeStep(batch: Batch): number {
    const { model, settings } = this.input;
    let errors = 0;
    const output = this.step({
      parameters: this.parameters,
      state: this.velocity,
      optimizer: this.optimizer,
      learningRate: this.learningRate(),
      objective: (parameters, phase) => {
        const found = batchGradient(model, parameters, this.statistics, batch, settings.labelSmoothing);
        if (phase === 'first') {
          disposeStatistics(this.statistics);
          this.statistics = found.statistics;
          errors = batch.labels.reduce((sum, label, row) => sum + (labelRank(found.logits, row, model.classes, label) > 0 ? 1 : 0), 0);
        } else {
          disposeStatistics(found.statistics);
        }
        return found;
      },
    });
    this.parameters = output.parameters;
    this.velocity = output.state;
    this.tick();
    const { step, lossSum, images, gradientEvaluations } = this.position;
    this.position = {
      ...this.position,
      step: step + 1,
      lossSum: lossSum + output.loss * batch.size,
      errors: this.position.errors + errors,
      images: images + batch.size,
      gradientEvaluations: gradientEvaluations + output.gradientEvaluations,
    };
    return output.loss;
  }

  report(): void {
    const { onProgress, settings, trainingSet } = this.input;
    const { history, step, lossSum, errors, images, seconds, epochSeconds } = this.position;
    const done = history.length * this.stepsPerEpoch + step;
    onProgress?.({
      trainingSet,
      epoch: this.epoch,
      epochs: settings.epochs,
      step,
      stepsPerEpoch: this.stepsPerEpoch,
      loss: lossSum / images,
      error: (100 * errors) / images,
      imagesPerSecond: images / epochSeconds,
      secondsLeft: (seconds / done) * (settings.epochs * this.stepsPerEpoch - done),
      history,
    });
  }

  /** Closes the epoch: held-out evaluation, and a line in the history. */
  async closeEpoch(): Promise<void> {
    const { model, heldOut, settings } = this.input;
    const learningRate = learningRateAt(settings, this.epoch * this.stepsPerEpoch - 1, this.stepsPerEpoch);
    const due = this.epoch % Math.ceil(settings.epochs / EVALUATIONS) === 0 || this.epoch === settings.epochs;
    const evaluation: { heldOut?: Evaluation } = heldOut && due ? { heldOut: await evaluate(model, this.network, heldOut, settings.normalization) } : {};
    this.tick();
    const { lossSum, errors, images, epochSeconds, history } = this.position;
    const record: EpochRecord = {
      epoch: this.epoch,
      learningRate,
      trainLoss: lossSum / images,
      trainTop1Error: (100 * errors) / images,
      ...evaluation,
      seconds: epochSeconds,
    };
    this.position = { ...this.position, history: [...history, record], step: 0, lossSum: 0, errors: 0, images: 0, epochSeconds: 0 };
  }

  /** Saves a checkpoint, if the last one is old enough or `now` is asked for. */
  save(now = false): void {
    const { checkpoint, model } = this.input;
    if (checkpoint && (now || performance.now() - this.savedAt >= 1000 * checkpoint.everySeconds)) {
      saveCheckpoint(checkpoint.file, model, this, checkpoint.fingerprint);
      this.savedAt = performance.now();
    }
  }

  get network(): NetworkState {
    return { parameters: this.parameters, statistics: this.statistics };
  }

  end(status: TrainingOutcome['status'], divergence?: string): TrainingOutcome {
    this.velocity.dispose();
    const { history, seconds, gradientEvaluations } = this.position;
    return { status, ...(divergence === undefined ? {} : { divergence }), network: this.network, history, seconds, gradientEvaluations };
  }
}

/**
 * Trains a network. The same input gives the same numbers, whether or not the run was stopped or
 * killed and taken up again from its checkpoint.
 *
 * @throws RangeError if a batch is larger than the training set; Error for a checkpoint of other settings.
 */
export async function train(input: TrainingInput): Promise<TrainingOutcome> {
  const { settings, trainingSet, shouldStop } = input;
  const { batchSize, seed, normalization, cropPadding, flip, cutout } = settings;
  const run = new TrainingRun(input);
  run.open();
  while (run.epoch <= settings.epochs) {
    const batches = trainingBatches(trainingSet, { batchSize, epoch: run.epoch, seed, normalization, augmentation: { cropPadding, flip, cutout } });
    let skipped = run.position.step;
    for (const batch of batches) {
      if (skipped > 0) {
        skipped--;
        continue;
      }
      const loss = run.takeStep(batch);
      run.report();
      if (!Number.isFinite(loss)) {
        return run.end('diverged', `the loss was ${loss} at step ${run.position.step} of epoch ${run.epoch}`);
      }
      if (shouldStop?.() === true) {
        run.save(true);
        return run.end('stopped');
      }
      run.save();
      await new Promise(setImmediate);
    }
    await run.closeEpoch();
  }
  return run.end('finished');
}
