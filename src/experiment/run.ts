import { existsSync, mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../data/dataset';
import { createModel } from '../models/create';
import { loadWeights, saveWeights } from '../models/torchvision';
import type { TrainingRecord } from '../models/trainingRecord';
import { longWork } from '../progress/longWork';
import { removeCheckpoint } from '../train/checkpoint';
import { disposeNetwork } from '../train/network';
import type { ExperimentConfig } from './config';
import { experimentData } from './experimentData';
import type { ExperimentFolders } from './folders';
import { makeRun, preparedModel, type RunParts, type TrainedRun } from './makeRun';
import type { RunResult } from './result';
import { configHash, findResult, runId, writeResult } from './store';

/** Seconds between checkpoints: writing one of ResNet-50 takes under a second. */
export const CHECKPOINT_SECONDS = 60;

/** Classes of each data set. */
const CLASSES: Readonly<Record<ExperimentConfig['dataset'], number>> = { cifar10: 10, cifar100: 100 };

/** How a run is made. */
export interface RunOptions extends Pick<RunParts, 'preset' | 'signal' | 'onProgress'> {
  readonly folders: ExperimentFolders;
  /** Runs again what is already stored. */
  readonly again?: boolean;
  /** Seconds between checkpoints. Default: 60. */
  readonly checkpointSeconds?: number;
}

/** The record of training in a run's weights files. */
function trainingRecord(config: ExperimentConfig, { name }: Dataset): TrainingRecord {
  return { run: runId(config), config, images: name };
}

/** Keeps the weights of each snapshot as `<weights>/<run>/epoch-<epoch>.safetensors`. */
function snapshotKeeper(config: ExperimentConfig, weights: string, training: Dataset): NonNullable<RunParts['onSnapshot']> {
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
 * resumes from its checkpoint with the same numbers.
 *
 * @returns undefined if its `signal` or the kernel's interrupt ended it; it can be resumed by the same call.
 * @throws RangeError if the data cannot be divided as the configuration asks; Error if something cannot be read or stored.
 */
export function runExperiment(config: ExperimentConfig, options: RunOptions): Promise<RunResult | undefined> {
  return longWork(`run ${runId(config)}`, options, async (work) => {
    const result = await storedOrMade(config, options);
    if (result === undefined) {
      work.tellStopped('Its checkpoint is stored; the same call resumes from there.');
    }
    return result;
  });
}

/**
 * Makes one run, or reads the stored one, and gives its network too. Weights that are not stored, as those of runs that are
 * judged on held-out images, are trained again; a stored result stays as it is then.
 *
 * @returns undefined as `runExperiment`. The network belongs to the caller, who frees it with `disposeNetwork`.
 * @throws as `runExperiment`, and as `loadWeights`.
 */
export function runWithNetwork(config: ExperimentConfig, options: RunOptions): Promise<TrainedRun | undefined> {
  return longWork(`run ${runId(config)}`, options, async (work) => {
    let trained: TrainedRun | undefined;
    const weights = weightsFile(config, options.folders);
    const again = options.again === true || !existsSync(weights);
    const result = await storedOrMade(config, { ...options, again, keepStored: options.again !== true }, (run) => (trained = run));
    if (result === undefined) {
      work.tellStopped('Its checkpoint is stored; the same call resumes from there.');
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

interface MakingOptions extends RunOptions {
  /** A run that is trained again for its network alone leaves its stored result as it is: rounding may differ. */
  readonly keepStored?: boolean;
}

/** Whether a result of this run, from the same images, is stored and can be read. */
async function isStored({ config, data }: RunResult, folder: string): Promise<boolean> {
  const stored = await findResult(folder, config).catch(() => undefined);
  return stored?.data.synthetic === data.synthetic;
}

/** @param keep takes the network of a run that was made; it is freed without one. */
async function storedOrMade(config: ExperimentConfig, options: MakingOptions, keep?: (run: TrainedRun) => void): Promise<RunResult | undefined> {
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
    if (options.keepStored !== true || !(await isStored(result, folders.results))) {
      await writeResult(folders.results, result);
    }
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
