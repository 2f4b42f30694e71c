import { batchesPerEpoch, firstExamples, type Batch } from '../data/batches';
import { imageCount } from '../data/dataset';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { scope } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec } from '../engine/vector';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { lookaheadAverage, lookaheadShare } from '../optim/lookahead';
import type { Optimizer } from '../optim/optimizer';
import { learningRateAt, totalSteps } from '../optim/schedule';
import { stateVectors, type MethodState } from '../optim/step';
import { baseOptimizer, type BaseState } from './baseOptimizer';
import { BatchObjective } from './batchObjective';
import { loadCheckpoint, saveCheckpoint, type TrainingPosition } from './checkpoint';
import { evaluateEpoch } from './epochEvaluation';
import { trainingMethod, type TrainingMethod } from './method';
import { averageStatistics, cloneStatistics, disposeNetwork, momentTensors, type NetworkState } from './network';
import { KINDS_BY_NAME } from './parameterKinds';
import { checkShares, isFrozen, stepRates, stepShares } from './parameterShares';
import type { EpochRecord } from './record';
import type { CheckpointOptions, TrainingInput } from './trainingInput';

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

const START: TrainingPosition = { history: [], step: 0, lossSum: 0, errors: 0, images: 0, epochSeconds: 0, seconds: 0, gradientEvaluations: 0 };

/** One training run: its tensors, its place, and the steps that move both. */
export class TrainingRun {
  private readonly training: TrainingMethod;
  readonly stepsPerEpoch: number;
  /** Steps of the whole run. */
  private readonly totalSteps: number;
  position = START;
  parameters!: TensorVector;
  optimizerState!: BaseState;
  statistics!: ChannelStatistics[];
  method!: MethodState<TensorVector>;
  /** Lookahead's slow weights, and the statistics that go with them. */
  slow: NetworkState | undefined;
  private resumedAt = performance.now();
  private savedAt = performance.now();

  constructor(private readonly input: TrainingInput) {
    const { settings, trainingSet, rule } = input;
    checkShares(settings, input.model.parameters);
    const images = imageCount(trainingSet);
    this.stepsPerEpoch = batchesPerEpoch(images, settings.batchSize, settings.lastBatch);
    this.totalSteps = totalSteps(settings, this.stepsPerEpoch);
    const last = settings.lastBatch === 'drop' ? 0 : images % settings.batchSize;
    this.training = trainingMethod(settings, { stepsPerEpoch: this.stepsPerEpoch, batchSizes: [settings.batchSize, ...(last >= 2 ? [last] : [])] }, rule);
  }

  /** The base optimizer as it is in the epoch under way. */
  private get optimizer(): Optimizer<TensorVector, BaseState> {
    const { settings, model } = this.input;
    return baseOptimizer(settings, stepShares(settings, model.parameters, this.epoch));
  }

  /** Takes up the checkpoint, or draws the initial weights. */
  open(): void {
    const { model, settings, checkpoint, trainingSet } = this.input;
    const examples = (count: number): ReturnType<typeof firstExamples> => firstExamples(trainingSet, settings.normalization, count);
    const saved = checkpoint && loadCheckpoint(checkpoint.file, model, this.fingerprint(checkpoint));
    this.position = saved?.position ?? START;
    this.parameters = saved?.parameters ?? initialParameters(model, { ...settings, examples });
    this.optimizerState = saved?.optimizerState ?? this.optimizer.init(this.parameters);
    this.statistics = saved?.statistics ?? initialStatistics(model);
    this.method = saved?.method ?? this.training.init();
    const start = (): NetworkState => ({ parameters: this.parameters.clone(), statistics: cloneStatistics(this.statistics) });
    this.slow = settings.lookaheadEvery > 0 ? (saved?.slow ?? start()) : undefined;
    this.resumedAt = this.savedAt = performance.now();
  }

  private fingerprint({ fingerprint }: CheckpointOptions): string {
    return this.input.rule === undefined ? fingerprint : `${fingerprint} with the rule ${this.input.rule.name}`;
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

  /** Steps taken over the whole run. */
  private get stepsTaken(): number {
    return Math.min(this.totalSteps, (this.epoch - 1) * this.stepsPerEpoch + this.position.step);
  }

  hasTakenAllSteps(): boolean {
    return this.stepsTaken >= this.totalSteps;
  }

  /** One step on one batch. If it throws, the run is as before. @returns the loss before it. */
  takeStep(batch: Batch): number {
    const { model, settings } = this.input;
    const { labelSmoothing, weightDecay, weightDecayIn, weightDecayOn } = settings;
    const penalty = { weightDecay: weightDecayIn === 'loss' ? weightDecay : 0, decayKinds: KINDS_BY_NAME[weightDecayOn] };
    const frozen = settings.freeze === '' ? {} : { frozen: (spec: ParameterSpec) => isFrozen(settings, spec, this.epoch) };
    const objective = new BatchObjective(batch, { model, statistics: this.statistics, labelSmoothing, penalty, ...frozen });
    // The scope frees what a rule of the user's own may have left.
    const { moved, ...output } = scope(
      () => ({
        ...this.training.step(this.stepsTaken, {
          parameters: this.parameters,
          state: this.optimizerState,
          method: this.method,
          optimizer: this.optimizer,
          images: batch.size,
          objective: (parameters, phase, part) => objective.evaluate(parameters, phase, part),
          sampleGradient: (parameters, index) => objective.sampleGradient(parameters, index),
        }),
        moved: objective.movedStatistics(),
      }),
      ({ parameters, state, method, moved }) => [
        ...[parameters, ...Object.values(state.vectors), ...stateVectors(method)].flatMap((vector) => vector.tensors),
        ...momentTensors(moved),
      ],
    );
    disposeStatistics(this.statistics);
    this.statistics = moved;
    this.parameters = output.parameters;
    this.optimizerState = output.state;
    this.method = output.method;
    this.lookAhead();
    this.tick();
    const { step, lossSum, images, gradientEvaluations } = this.position;
    this.position = {
      ...this.position,
      step: step + 1,
      lossSum: lossSum + output.loss * batch.size,
      errors: this.position.errors + objective.errors,
      images: images + batch.size,
      gradientEvaluations: gradientEvaluations + output.gradientEvaluations,
    };
    return output.loss;
  }

  /** After every so many steps, the slow weights move towards the fast ones, which continue from there. */
  private lookAhead(): void {
    const { lookaheadEvery: every, lookaheadKeep: keep, lookaheadPower: power } = this.input.settings;
    const share = lookaheadShare({ every, keep, power }, this.stepsTaken + 1, this.totalSteps);
    if (this.slow === undefined || share === undefined) {
      return;
    }
    const slow = { parameters: lookaheadAverage(this.slow.parameters, this.parameters, share), statistics: averageStatistics(this.slow.statistics, this.statistics, share) };
    disposeNetwork(this.slow);
    this.slow = slow;
    this.goOnFrom({ parameters: slow.parameters.clone(), statistics: cloneStatistics(slow.statistics) });
  }

  private goOnFrom({ parameters, statistics }: NetworkState): void {
    disposeNetwork(this.network);
    this.parameters = parameters;
    this.statistics = [...statistics];
  }

  report(): void {
    const {
      onProgress,
      settings,
      trainingSet: { name, synthetic },
    } = this.input;
    const { history, step, lossSum, errors, images, seconds, epochSeconds } = this.position;
    const done = this.stepsTaken;
    onProgress?.({
      // Without the images: a process that sends this to another would send them after every step.
      trainingSet: { name, synthetic },
      epoch: this.epoch,
      epochs: settings.epochs,
      step,
      stepsPerEpoch: Math.min(this.stepsPerEpoch, this.totalSteps - history.length * this.stepsPerEpoch),
      stepsTaken: done,
      totalSteps: this.totalSteps,
      loss: lossSum / images,
      error: (100 * errors) / images,
      imagesPerSecond: images / epochSeconds,
      secondsLeft: (seconds / done) * (this.totalSteps - done),
      history,
    });
  }

  /** Closes the epoch: held-out evaluation, and a line in the history. @returns in what way the run diverged, if it did. */
  async closeEpoch(): Promise<string | undefined> {
    const { settings } = this.input;
    const peak = stepRates(settings).learningRate;
    const learningRate = learningRateAt({ ...settings, learningRate: peak }, this.stepsTaken - 1, this.stepsPerEpoch);
    if (this.hasTakenAllSteps() && this.slow) {
      this.goOnFrom(this.slow);
      this.slow = undefined;
    }
    const last = this.hasTakenAllSteps();
    const { found, ...evaluations } = await evaluateEpoch(this.input, this.network, this.position.history, last);
    this.tick();
    const { lossSum, errors, images, epochSeconds, history } = this.position;
    const record: EpochRecord = {
      epoch: this.epoch,
      learningRate,
      trainLoss: lossSum / images,
      trainTop1Error: (100 * errors) / images,
      ...evaluations,
      ...this.logged(),
      seconds: epochSeconds,
    };
    this.position = { ...this.position, history: [...history, record], step: 0, lossSum: 0, errors: 0, images: 0, epochSeconds: 0 };
    return found && `${found} after epoch ${record.epoch}`;
  }

  /** The numbers that the rule logs, if any. */
  private logged(): { perturbation?: Readonly<Record<string, number>> } {
    const { numbers } = this.method.rule;
    const kept = this.training.logs.filter((name) => name in numbers);
    return kept.length === 0 ? {} : { perturbation: Object.fromEntries(kept.map((name) => [name, numbers[name]!])) };
  }

  /** Saves a checkpoint, if the last one is old enough or `now` is asked for. */
  save(now = false): void {
    const { checkpoint, model } = this.input;
    if (checkpoint && (now || performance.now() - this.savedAt >= 1000 * checkpoint.everySeconds)) {
      saveCheckpoint(checkpoint.file, model, this, this.fingerprint(checkpoint));
      this.savedAt = performance.now();
    }
  }

  get network(): NetworkState {
    return { parameters: this.parameters, statistics: this.statistics };
  }

  end(status: TrainingOutcome['status'], divergence?: string): TrainingOutcome {
    [...Object.values(this.optimizerState.vectors), ...stateVectors(this.method)].forEach((vector) => vector.dispose());
    if (this.slow) {
      disposeNetwork(this.slow);
      this.slow = undefined;
    }
    const { history, seconds, gradientEvaluations } = this.position;
    return { status, ...(divergence === undefined ? {} : { divergence }), network: this.network, history, seconds, gradientEvaluations };
  }

  /** Frees everything, after an error. */
  dispose(): void {
    disposeNetwork(this.end('stopped').network);
  }
}
