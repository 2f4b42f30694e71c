import type { DatasetPair } from '../data/dataset';
import type { Model } from '../models/model';
import type { PerturbationRule } from '../optim/perturbation';
import { disposeNetwork } from '../train/network';
import type { ExperimentConfig } from './config';
import { divideData, experimentData } from './experimentData';
import type { RunResult } from './result';
import type { RunOptions } from './run';
import { makeRun, type TrainedRun } from './makeRun';

/** Your own network or data, in place of those that a configuration names. */
export interface OwnParts {
  /** Makes the network for a number of classes. */
  readonly network?: (classes: number) => Model;
  /** Training and test set; the configuration's subsets, held-out part and label noise are drawn from them. */
  readonly data?: DatasetPair;
  readonly rule?: PerturbationRule;
}

type OwnPartsOptions = Omit<RunOptions, 'checkpointSeconds' | 'again'>;

/**
 * Trains with your own network or data. Nothing is stored, for the configuration does not name them.
 *
 * @returns undefined if it was stopped; such a run starts from the beginning.
 * @throws RangeError if the network has another number of classes than the data, or does not take inputs of their shape.
 */
export async function runOwnParts(config: ExperimentConfig, parts: OwnParts, options: OwnPartsOptions): Promise<RunResult | undefined> {
  const made = await runOwnPartsWithNetwork(config, parts, options);
  if (made === undefined) {
    return undefined;
  }
  disposeNetwork(made.network);
  return made.result;
}

/** As `runOwnParts`, with the network, which belongs to the caller: free it with `disposeNetwork`. */
export async function runOwnPartsWithNetwork(config: ExperimentConfig, { network, data, rule }: OwnParts, options: OwnPartsOptions): Promise<TrainedRun | undefined> {
  const divided = data ? divideData(config, data) : await experimentData(config, options.folders);
  return makeRun(config, divided, { ...options, ...(rule ? { rule } : {}), ...(network ? { network } : {}) });
}
