import { createHash } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../files/atomicFile';
import { readJsonFile } from '../files/jsonFile';
import type { PerturbationRule } from '../optim/perturbation';
import { removeCheckpoint } from '../train/checkpoint';
import { saveWeights } from '../models/torchvision';
import { disposeNetwork } from '../train/network';
import type { ExperimentConfig } from './config';
import { RESULT_FORMAT, type RunResult } from './result';
import { experimentData } from './experimentData';
import { CHECKPOINT_SECONDS, withStoredNetwork, type RunOptions } from './run';
import { makeRun, type TrainedRun } from './makeRun';
import { configHash, resultShape } from './store';

/** A perturbation rule that is none of the built-in ones. */
export interface OwnRule {
  readonly rule: PerturbationRule;
  /**
   * Name under which results, and checkpoints of unfinished runs, are kept in the folder `own` of the results. Stored results are
   * used as long as settings and the rule's source text are the same. The text does not show the values of variables that the rule
   * takes from outside itself, so nothing is stored without a name.
   */
  readonly storeAs?: string;
}

/** The text of a rule: its functions, and what else it names. */
function sourceOf(rule: PerturbationRule): string {
  return Object.values(rule as unknown as Readonly<Record<string, unknown>>).map(String).join('\n');
}

/** Checks a name to store under. @throws RangeError unless it is made of letters, digits and hyphens. */
export function checkStoreName(name: string): void {
  if (!/^[\w-]+$/.test(name)) {
    throw new RangeError(`runOwnRule: expected a name of letters, digits and hyphens to store under, got "${name}"; for instance "my-rule".`);
  }
}

function ownRunId(name: string, rule: PerturbationRule, config: ExperimentConfig): string {
  checkStoreName(name);
  const hash = createHash('sha256').update(`${configHash(config)} ${sourceOf(rule)}`).digest('hex').slice(0, 8);
  return `${name}-${config.dataset}-${config.model}-${config.epochs}-epochs-seed-${config.seed}-${hash}`;
}

/** The stored result of an own rule. A file that cannot be read is set aside with a message; the run is made again, and a comparison continues. */
function readOwnResult(file: string): RunResult | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  try {
    const shape = resultShape.extend({ format: z.int() });
    const result = readJsonFile(file, { reader: 'runOwnRule', what: 'a stored result', shape, mend: `it is now ${file}.damaged, and the run is made again` });
    // One of another version, or made from stand-in images, is made again.
    return result.format === RESULT_FORMAT && !result.data.synthetic ? (result as unknown as RunResult) : undefined;
  } catch (error) {
    renameSync(file, `${file}.damaged`);
    console.error((error as Error).message);
    return undefined;
  }
}

/**
 * Trains with a rule of the user's own in place of a built-in one: in memory, or stored under a name.
 *
 * @param config its `rho`, kinds of parameters, groups and schedules are built around the rule; its `method` is not read.
 * @returns undefined if it was stopped; the same call resumes it if it has a `storeAs`, and else starts from the beginning.
 * @throws RangeError for a name that is no file name; Error if the rule returns something else than a finite vector of the
 * parameters' layout, or a result cannot be read or stored.
 */
export async function runOwnRule(config: ExperimentConfig, own: OwnRule, options: RunOptions): Promise<RunResult | undefined> {
  return storedOrMade(config, own, options);
}

/**
 * As `runOwnRule`, with the network, which belongs to the caller: free it with `disposeNetwork`. A stored one is read from its
 * weights file.
 */
export async function runOwnRuleWithNetwork(config: ExperimentConfig, own: OwnRule, options: RunOptions): Promise<TrainedRun | undefined> {
  let trained: TrainedRun | undefined;
  const weights = own.storeAs === undefined ? undefined : weightsFile(ownRunId(own.storeAs, own.rule, config), options);
  const again = options.again === true || weights === undefined || !existsSync(weights);
  const result = await storedOrMade(config, own, { ...options, again }, (run) => (trained = run));
  return result && (trained ?? withStoredNetwork(result, weights!));
}

function weightsFile(id: string, { folders }: RunOptions): string {
  return join(folders.weights, `own-${id}.safetensors`);
}

/** @param keep takes the network of a run that was made; it is freed without one. */
async function storedOrMade(config: ExperimentConfig, { rule, storeAs }: OwnRule, options: RunOptions, keep?: (run: TrainedRun) => void): Promise<RunResult | undefined> {
  const { folders, again = false } = options;
  const id = storeAs === undefined ? rule.name : ownRunId(storeAs, rule, config);
  const folder = join(folders.results, 'own');
  const file = storeAs === undefined ? undefined : join(folder, `${id}.json`);
  const stored = file === undefined || again ? undefined : readOwnResult(file);
  if (stored !== undefined) {
    return stored;
  }
  const data = await experimentData(config, folders);
  const checkpoint = storeAs === undefined ? undefined : {
    file: join(folders.checkpoints, `own-${id}.safetensors`),
    everySeconds: options.checkpointSeconds ?? CHECKPOINT_SECONDS,
    fingerprint: `${id} on ${data.training.name}`,
  };
  if (checkpoint !== undefined) {
    await mkdir(folders.checkpoints, { recursive: true });
  }
  const made = await makeRun(config, data, { ...options, rule, ...(checkpoint ? { checkpoint } : {}) });
  if (made === undefined) {
    return undefined;
  }
  const { model, network } = made;
  const result: RunResult = { ...made.result, id };
  let kept = false;
  try {
    if (file !== undefined) {
      await Promise.all([folder, folders.weights].map((each) => mkdir(each, { recursive: true })));
      // Before the result, which marks the run as complete.
      saveWeights(weightsFile(id, options), model, network.parameters, network.statistics, { run: id, config, images: data.training.name });
      writeAtomically(file, [Buffer.from(`${JSON.stringify(result, null, 1)}\n`)]);
      await removeCheckpoint(checkpoint!.file);
    }
    if (keep) {
      keep({ ...made, result });
      kept = true;
    }
    return result;
  } finally {
    if (!kept) {
      disposeNetwork(network);
    }
  }
}
