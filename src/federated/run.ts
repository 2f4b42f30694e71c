import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { classCounts, imageCount, type Dataset } from '../data/dataset';
import { loadDataset, type LoadOptions } from '../data/load';
import { balancedSubset, splitHeldOut } from '../data/subset';
import { createModel } from '../models/create';
import type { Model } from '../models/model';
import { longWork } from '../progress/longWork';
import { StoppedError, type Stoppable } from '../progress/work';
import { removeCheckpoint } from '../train/checkpoint';
import { nonFiniteEvaluation } from '../train/divergence';
import { evaluate } from '../train/evaluate';
import type { Evaluation } from '../train/record';
import { disposeNetwork } from '../train/network';
import { divideAmongClients } from './clients';
import { describeEnvironment } from '../machine/environment';
import { DATA } from '../files/stores';
import { federate, type FederatedOutcome } from './federate';
import type { FederatedProgress } from './record';
import { FEDERATED_RESULT_FORMAT, type FederatedResult } from './result';
import { validateFederatedConfig } from './schema';
import type { FederatedConfig } from './settings';
import { federatedHash, federatedId, findFederatedResult, writeFederatedResult } from './store';

/** Seconds between checkpoints. */
const CHECKPOINT_SECONDS = 60;

/** Folders that a federated run reads and writes. */
export interface FederatedFolders {
  /** Holds the data sets. */
  readonly data: string;
  /** Whether embedded images may stand in for a data set that cannot be downloaded; never among real results. */
  readonly allowSynthetic: boolean;
  readonly results: string;
  /** Holds what an unfinished run needs to go on. */
  readonly checkpoints: string;
}

/**
 * Folders for federated results.
 *
 * @param kind `real`: those of the presets; `own`: a user's own, below `data/own`, which git ignores; `quick`: no results, below `data/quick`.
 */
export function federatedFolders(kind: 'real' | 'own' | 'quick'): FederatedFolders {
  const base = kind === 'real' ? DATA : join(DATA, kind);
  return { data: DATA, allowSynthetic: kind === 'quick', results: join(base, 'results', 'federated'), checkpoints: join(base, 'checkpoints') };
}

/** How a federated run is made. */
export interface FederatedRunOptions extends Stoppable, Pick<LoadOptions, 'onSynthetic'> {
  /** The preset that asks for it, or "none". */
  readonly preset: string;
  readonly folders: FederatedFolders;
  /** Runs again what is already stored. */
  readonly again?: boolean;
  /** Seconds between checkpoints. Default: 60. */
  readonly checkpointSeconds?: number;
  readonly onProgress?: (progress: FederatedProgress) => void;
}

/** The images of a federated run. */
export interface FederatedData {
  readonly clients: readonly Dataset[];
  readonly heldOut: Dataset | undefined;
  readonly test: Dataset;
}

/**
 * Loads the data set and draws the run's part of it: first the held-out images, then the training images among the
 * rest, which are divided among the clients.
 *
 * @throws RangeError if the data cannot be divided as the configuration asks, for instance if a client would have none.
 */
export async function federatedData(config: FederatedConfig, { data, allowSynthetic }: FederatedFolders, onSynthetic?: LoadOptions['onSynthetic']): Promise<FederatedData> {
  const { train, test } = await loadDataset(config.dataset, { folder: data, allowSynthetic, onSynthetic });
  const { heldOutPerClass, imagesPerClass, testImagesPerClass, subsetSeed: seed } = config;
  const { kept, heldOut } = heldOutPerClass > 0 ? splitHeldOut(train, { perClass: heldOutPerClass, seed }) : { kept: train, heldOut: undefined };
  const training = imagesPerClass > 0 ? balancedSubset(kept, { imagesPerClass, seed }) : kept;
  return {
    clients: divideAmongClients(training, config),
    heldOut,
    test: testImagesPerClass > 0 ? balancedSubset(test, { imagesPerClass: testImagesPerClass, seed }) : test,
  };
}

/** How the run ended, and its error on the test images; a loss that is no number counts as diverged. */
async function conclude(config: FederatedConfig, model: Model, test: Dataset, outcome: FederatedOutcome): Promise<Pick<FederatedResult, 'status' | 'divergence' | 'final'>> {
  if (outcome.status === 'diverged') {
    return { status: 'diverged', ...(outcome.divergence === undefined ? {} : { divergence: outcome.divergence }), final: null };
  }
  const final: Evaluation = await evaluate(model, outcome.network, test, config.normalization);
  const divergence = nonFiniteEvaluation('test', final);
  return divergence === undefined ? { status: 'finished', final } : { status: 'diverged', divergence, final: null };
}

async function resultOf(config: FederatedConfig, preset: string, model: Model, data: FederatedData, outcome: FederatedOutcome): Promise<FederatedResult> {
  const started = performance.now();
  const end = await conclude(config, model, data.test, outcome);
  const { name, synthetic } = data.test;
  return {
    format: FEDERATED_RESULT_FORMAT,
    id: federatedId(config),
    preset,
    config,
    data: {
      name,
      synthetic,
      heldOutImages: data.heldOut ? imageCount(data.heldOut) : 0,
      testImages: imageCount(data.test),
      clientClassCounts: data.clients.map(({ labels }) => [...classCounts(labels, model.classes)]),
    },
    ...end,
    history: outcome.history,
    seconds: outcome.seconds + (performance.now() - started) / 1000,
    gradientEvaluations: outcome.gradientEvaluations,
    environment: describeEnvironment(),
    finishedAt: new Date().toISOString(),
  };
}

/**
 * Makes one federated run and stores its result, or returns the stored one. A run that was stopped or killed resumes
 * from its checkpoint with the same numbers.
 *
 * @returns undefined if its `signal` or the kernel's interrupt ended it; it can be resumed by the same call.
 * @throws RangeError before anything is computed, if the configuration cannot be run or a client would have no data;
 *   Error if something cannot be read or stored.
 */
export function runFederated(config: FederatedConfig, options: FederatedRunOptions): Promise<FederatedResult | undefined> {
  return longWork(`federated run of ${config.method}, seed ${config.seed}`, options, async (work) => {
    const result = await storedOrMade(config, options);
    if (result === undefined) {
      work.tellStopped('Its checkpoint is stored; the same call resumes from there.');
    }
    return result;
  });
}

async function storedOrMade(config: FederatedConfig, options: FederatedRunOptions): Promise<FederatedResult | undefined> {
  validateFederatedConfig(config);
  const { folders, preset, again = false, checkpointSeconds = CHECKPOINT_SECONDS, onProgress, signal, onSynthetic } = options;
  const stored = again ? undefined : await findFederatedResult(folders.results, config);
  if (stored !== undefined && !stored.data.synthetic) {
    return stored;
  }
  const data = await federatedData(config, folders, onSynthetic);
  if (stored !== undefined && data.test.synthetic) {
    return stored;
  }
  const model = createModel(config.model, config.stem, data.test.classNames.length);
  const file = join(folders.checkpoints, `${federatedId(config)}.safetensors`);
  await mkdir(folders.checkpoints, { recursive: true });
  const outcome = await federate({
    model,
    settings: config,
    clients: data.clients,
    ...(data.heldOut ? { heldOut: data.heldOut } : {}),
    checkpoint: { file, everySeconds: checkpointSeconds, fingerprint: `${federatedHash(config)} on ${data.test.name}` },
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  });
  try {
    if (outcome.status === 'stopped') {
      return undefined;
    }
    const result = await resultOf(config, preset, model, data, outcome);
    await writeFederatedResult(folders.results, result);
    await removeCheckpoint(file);
    return result;
  } catch (error) {
    if (error instanceof StoppedError) {
      // The evaluation was stopped; the checkpoint of the last round is there.
      return undefined;
    }
    throw error;
  } finally {
    disposeNetwork(outcome.network);
  }
}
