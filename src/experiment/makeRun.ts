import { imageCount } from '../data/dataset';
import { forgetUsedKernels, measureKernels, pinKernels, usedKernels } from '../engine/kernelChoice';
import { describeEnvironment } from '../machine/environment';
import { kernelTableFile } from '../machine/kernels';
import { createModel } from '../models/create';
import { mixedPrecision } from '../models/mixedPrecision';
import type { Model } from '../models/model';
import type { PerturbationRule } from '../optim/perturbation';
import { StoppedError, type Stoppable } from '../progress/work';
import { nonFiniteEvaluation } from '../train/divergence';
import { evaluate } from '../train/evaluate';
import { train } from '../train/loop';
import { disposeNetwork, type NetworkState } from '../train/network';
import type { TrainingProgress } from '../train/progress';
import type { CheckpointOptions, TrainingInput } from '../train/trainingInput';
import type { TrainingOutcome } from '../train/trainingRun';
import { trainWithSnapshots } from '../train/trainWithSnapshots';
import type { ExperimentConfig } from './config';
import type { ExperimentData } from './experimentData';
import { RESULT_FORMAT, type Evaluation, type RunResult } from './result';
import { runId } from './store';

/** A run of at least this many epochs that is still at chance is recorded as diverged. */
const EPOCHS_TO_LEAVE_CHANCE = 10;

function divergenceOf(outcome: TrainingOutcome, final: Evaluation | null, classes: number): { divergence?: string } {
  if (outcome.divergence !== undefined) {
    return { divergence: outcome.divergence };
  }
  const chance = 100 * (1 - 1 / classes);
  const epochs = outcome.history.length;
  if (epochs >= EPOCHS_TO_LEAVE_CHANCE && final !== null && final.top1Error >= chance) {
    return { divergence: `the error was still at chance, ${chance} %, after ${epochs} epochs` };
  }
  return {};
}

/**
 * What is evaluated during a run: the held-out images; where the original's choice by test error is studied, the test set in each
 * epoch; with label noise the right-labelled and the wrong-labelled training images in each epoch, and the test set at the epochs
 * with the lowest held-out error so far.
 */
function evaluatedAlongTheWay({ selection }: ExperimentConfig, { heldOut, test, byLabel }: ExperimentData): Pick<TrainingInput, 'heldOut' | 'evaluateEvery' | 'testAtBest' | 'alsoEvaluated'> {
  if (selection === 'bestOnTest') {
    return { heldOut: test, evaluateEvery: 1 };
  }
  const sets = byLabel ? Object.entries(byLabel).filter(([, images]) => imageCount(images) > 0) : [];
  return {
    ...(heldOut ? { heldOut } : {}),
    ...(heldOut && byLabel ? { testAtBest: test } : {}),
    ...(sets.length > 0 ? { alsoEvaluated: Object.fromEntries(sets), evaluateEvery: 1 } : {}),
  };
}

/** The evaluation of a run with the lowest top-1 error; the first of equal ones. */
export function bestEvaluation({ history }: Pick<TrainingOutcome, 'history'>): Evaluation | null {
  return history.reduce<Evaluation | null>((best, { heldOut }) => (heldOut && (best === null || heldOut.top1Error < best.top1Error) ? heldOut : best), null);
}

async function concludeRun(config: ExperimentConfig, preset: string, model: Model, data: ExperimentData, outcome: TrainingOutcome): Promise<RunResult> {
  const started = performance.now();
  const judged = config.evaluateOn === 'heldOut' && data.heldOut ? data.heldOut : data.test;
  const last = outcome.status === 'diverged' ? null : await evaluate(model, outcome.network, judged, config.normalization, { augmentation: config.testAugmentation });
  const broken = nonFiniteEvaluation(config.evaluateOn === 'heldOut' ? 'held-out' : 'test', last);
  const final = broken !== undefined ? null : config.selection === 'bestOnTest' ? bestEvaluation(outcome) ?? last : last;
  const divergence = broken !== undefined ? { divergence: broken } : divergenceOf(outcome, final, model.classes);
  return {
    format: RESULT_FORMAT,
    id: runId(config),
    preset,
    config,
    data: {
      name: data.training.name,
      synthetic: data.training.synthetic,
      trainImages: imageCount(data.training),
      heldOutImages: data.heldOut ? imageCount(data.heldOut) : 0,
      testImages: imageCount(data.test),
    },
    status: divergence.divergence === undefined ? 'finished' : 'diverged',
    ...divergence,
    history: outcome.history,
    final,
    seconds: outcome.seconds + (performance.now() - started) / 1000,
    gradientEvaluations: outcome.gradientEvaluations,
    environment: { ...describeEnvironment(), kernels: usedKernels() },
    finishedAt: new Date().toISOString(),
  };
}

/** The network in the run's precision, and the kernels that it is to be computed with. */
export function preparedModel({ model: name, stem, precision, kernels }: ExperimentConfig, classes: number, network?: (classes: number) => Model): Model {
  if (kernels === 'measured') {
    measureKernels(kernelTableFile(), 'setAside');
  } else {
    pinKernels();
  }
  forgetUsedKernels();
  const model = network?.(classes) ?? createModel(name, stem, classes);
  if (model.classes !== classes) {
    throw new RangeError(`train: ${model.name} has ${model.classes} classes, the data ${classes}; make the network with as many.`);
  }
  return precision === 'mixed' ? mixedPrecision(model) : model;
}

/** How a run is trained. */
export interface RunParts extends Stoppable {
  /** The preset that asks for it, such as "laptop", or "none". */
  readonly preset: string;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** A perturbation rule in place of the one that the configuration names. */
  readonly rule?: PerturbationRule;
  /** A network in place of the one that the configuration names. */
  readonly network?: (classes: number) => Model;
  readonly checkpoint?: CheckpointOptions;
  /** Called with the network every `snapshotEvery` epochs; the run keeps it. */
  readonly onSnapshot?: (epoch: number, network: NetworkState) => void;
}

/** A run that ended, and its network, which belongs to the caller: free it with `disposeNetwork`. */
export interface TrainedRun {
  readonly result: RunResult;
  readonly model: Model;
  readonly network: NetworkState;
}

/** Trains a network and measures it; stores only checkpoints. @returns undefined if it was stopped. */
export async function makeRun(config: ExperimentConfig, data: ExperimentData, { preset, rule, network: own, checkpoint, onProgress, signal, onSnapshot }: RunParts): Promise<TrainedRun | undefined> {
  const model = preparedModel(config, data.training.classNames.length, own);
  const input: TrainingInput = {
    model,
    settings: config,
    trainingSet: data.training,
    ...evaluatedAlongTheWay(config, data),
    ...(rule ? { rule } : {}),
    ...(checkpoint ? { checkpoint } : {}),
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  };
  const everyEpochs = config.snapshotEvery;
  const outcome = everyEpochs > 0 && checkpoint && onSnapshot ? await trainWithSnapshots({ ...input, checkpoint, everyEpochs, onSnapshot }) : await train(input);
  const { network } = outcome;
  try {
    if (outcome.status !== 'stopped') {
      return { result: await concludeRun(config, preset, model, data, outcome), model, network };
    }
  } catch (error) {
    // The evaluation was stopped; the checkpoint of the last step is there.
    if (!(error instanceof StoppedError)) {
      disposeNetwork(network);
      throw error;
    }
  }
  disposeNetwork(network);
  return undefined;
}
