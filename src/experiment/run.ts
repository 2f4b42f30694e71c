import { existsSync, mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { imageCount, type Dataset } from '../data/dataset';
import { forgetUsedKernels, measureKernels, pinKernels, usedKernels } from '../engine/kernelChoice';
import { trainWithSnapshots } from '../train/trainWithSnapshots';
import { createModel } from '../models/create';
import { mixedPrecision } from '../models/mixedPrecision';
import type { Model } from '../models/model';
import { loadWeights, saveWeights } from '../models/torchvision';
import type { TrainingRecord } from '../models/trainingRecord';
import type { PerturbationRule } from '../optim/perturbation';
import { longWork } from '../progress/longWork';
import { ProbeStopped, type Stoppable } from '../progress/work';
import { removeCheckpoint } from '../train/checkpoint';
import { describeEnvironment } from '../machine/environment';
import { nonFiniteEvaluation } from '../train/divergence';
import { evaluate } from '../train/evaluate';
import { train } from '../train/loop';
import { disposeNetwork, type NetworkState } from '../train/network';
import type { TrainingProgress } from '../train/progress';
import type { CheckpointOptions, TrainingInput } from '../train/trainingInput';
import type { TrainingOutcome } from '../train/trainingRun';
import type { ExperimentConfig } from './config';
import { experimentData, type ExperimentData } from './experimentData';
import type { ExperimentFolders } from './folders';
import { kernelTableFile } from '../machine/kernels';
import { RESULT_FORMAT, type Evaluation, type RunResult } from './result';
import { configHash, findResult, runId, writeResult } from './store';

/** Seconds between checkpoints: writing one of ResNet-50 takes under a second. */
export const CHECKPOINT_SECONDS = 60;
/** A run of at least this many epochs that is still at chance is recorded as diverged. */
const EPOCHS_TO_LEAVE_CHANCE = 10;

/** Classes of each data set. */
const CLASSES: Readonly<Record<ExperimentConfig['dataset'], number>> = { cifar10: 10, cifar100: 100 };

/** How a run is made. */
export interface RunOptions extends Stoppable {
  /** The preset that asks for it, such as "laptop", or "none". */
  readonly preset: string;
  readonly folders: ExperimentFolders;
  /** Runs again what is already stored. */
  readonly again?: boolean;
  /** Seconds between checkpoints; 60. */
  readonly checkpointSeconds?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

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
 * What is evaluated in the course of a run: the held-out images; each epoch the test set where the original's choice by test
 * error is studied; each epoch the right-labelled and the wrong-labelled training images where there is label noise, and then
 * the test set too, at the epochs with the lowest held-out error so far.
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

/** The evaluation of a run with the lowest top-1 error; of equals the first. */
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

/** How a run is trained, whatever becomes of its result. */
export interface Making extends Pick<RunOptions, 'preset' | 'onProgress' | 'signal'> {
  /** A perturbation rule in place of the one that the configuration names. */
  readonly rule?: PerturbationRule;
  /** A network in place of the one that the configuration names. */
  readonly network?: (classes: number) => Model;
  readonly checkpoint?: CheckpointOptions;
  /** Given the network every `snapshotEvery` epochs; it stays the run's. */
  readonly onSnapshot?: (epoch: number, network: NetworkState) => void;
}

/** A run that ended, and its network, which belongs to the caller: free it with `disposeNetwork`. */
export interface TrainedRun {
  readonly result: RunResult;
  readonly model: Model;
  readonly network: NetworkState;
}

/** Trains a network and measures it; stores checkpoints alone. @returns undefined if it was stopped. */
export async function makeRun(config: ExperimentConfig, data: ExperimentData, { preset, rule, network: own, checkpoint, onProgress, signal, onSnapshot }: Making): Promise<TrainedRun | undefined> {
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
    if (!(error instanceof ProbeStopped)) {
      disposeNetwork(network);
      throw error;
    }
  }
  disposeNetwork(network);
  return undefined;
}

/** What a run's weights files say of their training. */
function trainingRecord(config: ExperimentConfig, { name }: Dataset): TrainingRecord {
  return { run: runId(config), config, images: name };
}

/** Keeps the weights of each snapshot as `<weights>/<run>/epoch-<epoch>.safetensors`. */
function snapshotKeeper(config: ExperimentConfig, weights: string, training: Dataset): NonNullable<Making['onSnapshot']> {
  const folder = join(weights, runId(config));
  const model = createModel(config.model, config.stem, training.classNames.length);
  return (epoch, { parameters, statistics }) => {
    mkdirSync(folder, { recursive: true });
    const digits = String(config.epochs).length;
    saveWeights(join(folder, `epoch-${String(epoch).padStart(digits, '0')}.safetensors`), model, parameters, statistics, trainingRecord(config, training));
  };
}

/**
 * Makes one run and stores its result, or returns the stored one. A run that was stopped or killed
 * goes on from its checkpoint with the same numbers.
 *
 * @returns undefined if its `signal` or the kernel's interrupt ended it; it can be resumed by the same call.
 * @throws RangeError if the data cannot be divided as the configuration asks; Error if something cannot be read or stored.
 */
export function runExperiment(config: ExperimentConfig, options: RunOptions): Promise<RunResult | undefined> {
  return longWork(`run ${runId(config)}`, options, async (work) => {
    const result = await storedOrMade(config, options);
    if (result === undefined) {
      work.tellStopped('Its checkpoint is stored; the same call goes on from there.');
    }
    return result;
  });
}

/**
 * Makes one run, or reads the stored one, and gives its network too. Weights that are not stored, as those of runs that are
 * judged on held-out images, are trained again.
 *
 * @returns undefined as `runExperiment`. The network belongs to the caller, who frees it with `disposeNetwork`.
 * @throws as `runExperiment`, and as `loadWeights`.
 */
export function runWithNetwork(config: ExperimentConfig, options: RunOptions): Promise<TrainedRun | undefined> {
  return longWork(`run ${runId(config)}`, options, async (work) => {
    let trained: TrainedRun | undefined;
    const weights = weightsFile(config, options.folders);
    const again = options.again === true || !existsSync(weights);
    const result = await storedOrMade(config, { ...options, again }, (run) => (trained = run));
    if (result === undefined) {
      work.tellStopped('Its checkpoint is stored; the same call goes on from there.');
      return undefined;
    }
    return trained ?? withStoredNetwork(result, weights);
  });
}

/** A stored run with the network of its weights file. */
export function withStoredNetwork(result: RunResult, weights: string): TrainedRun {
  const model = preparedModel(result.config, CLASSES[result.config.dataset]);
  return { result, model, network: loadWeights(weights, model) };
}

function weightsFile(config: ExperimentConfig, { weights }: ExperimentFolders): string {
  return join(weights, `${runId(config)}.safetensors`);
}

/** @param keep takes the network of a run that was made; it is freed without one. */
async function storedOrMade(config: ExperimentConfig, options: RunOptions, keep?: (run: TrainedRun) => void): Promise<RunResult | undefined> {
  const { folders, again = false, checkpointSeconds = CHECKPOINT_SECONDS } = options;
  const stored = again ? undefined : await findResult(folders.results, config);
  if (stored !== undefined && !stored.data.synthetic) {
    return stored;
  }
  const data = await experimentData(config, folders);
  if (stored !== undefined && data.training.synthetic) {
    return stored;
  }
  const checkpoint = {
    file: join(folders.checkpoints, `${runId(config)}.safetensors`),
    everySeconds: checkpointSeconds,
    fingerprint: `${configHash(config)} on ${data.training.name}`,
  };
  await mkdir(folders.checkpoints, { recursive: true });
  const made = await makeRun(config, data, { ...options, checkpoint, onSnapshot: snapshotKeeper(config, folders.weights, data.training) });
  if (made === undefined) {
    return undefined;
  }
  const { result, model, network } = made;
  let kept = false;
  try {
    if (config.evaluateOn === 'test') {
      await mkdir(folders.weights, { recursive: true });
      saveWeights(weightsFile(config, folders), model, network.parameters, network.statistics, trainingRecord(config, data.training));
    }
    await writeResult(folders.results, result);
    await removeCheckpoint(checkpoint.file);
    if (keep) {
      keep(made);
      kept = true;
    }
    return result;
  } finally {
    if (!kept) {
      disposeNetwork(network);
    }
  }
}
