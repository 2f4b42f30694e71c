import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readableBenchmarks } from '../bench/store';
import { experimentFolders } from '../experiment/folders';
import { readableResults } from '../experiment/store';
import { processorDigest } from '../machine/processor';
import { DATA, OWN_STORE } from '../files/stores';
import { addCosts, CostModel, costKey, costOfResult, readCosts, type MachineKind, type MeasuredCost } from './cost';
import { secondsFromBench } from './benchCost';
import type { PlannedRun } from './gridPlan';
import { measureCosts } from './measure';

/** This machine, for costs. */
export function thisMachine(): MachineKind {
  return { this: { processorDigest: processorDigest(), threads: availableParallelism() } };
}

async function knownCosts(store: string): Promise<readonly MeasuredCost[]> {
  // The project's runs show what a user's own will cost.
  const stores = store === OWN_STORE ? [store, DATA] : [store];
  const folders = stores.flatMap((one) => (['real', 'quick'] as const).map((kind) => experimentFolders(kind, one).results));
  const results = await Promise.all(folders.map(readableResults));
  // Files that cannot be read are reported with their runs, and left out of the estimate.
  return [...results.flatMap((stored) => stored.results).filter(({ history }) => history.length > 0).map(costOfResult), ...stores.flatMap(readCosts)];
}

/** Whether this machine can stand in for those that the runs will have. */
function canMeasureFor(kind: MachineKind): boolean {
  return 'this' in kind || kind.gpus === 0 || existsSync('/dev/nvidiactl');
}

/** How costs are estimated. */
export interface EstimateOptions {
  readonly store: string;
  readonly kind: MachineKind;
  /** Whether configurations of unknown cost are measured here, if this machine is like those of the runs. */
  readonly measure: boolean;
  readonly signal: AbortSignal;
}

/**
 * Estimated seconds of each run, from stored results of the same network, data and method, from earlier measurements,
 * from a few steps made now, or from this machine's benchmark. Null for a run of unknown cost.
 */
export async function estimateSeconds(runs: readonly PlannedRun[], { store, kind, measure, signal }: EstimateOptions): Promise<(number | null)[]> {
  const known = await knownCosts(store);
  let model = new CostModel(known, kind);
  const unknown = new Map(runs.filter(({ config }) => model.seconds(config) === null).map((run) => [costKey(run.config), run]));
  if (unknown.size > 0 && measure && canMeasureFor(kind)) {
    console.log(`Measuring ${unknown.size} configuration${unknown.size === 1 ? '' : 's'} for the estimate ...`);
    const orders = [...unknown.values()].map((run) => ({ config: run.config, folders: experimentFolders(run.kind, store) }));
    const measured = await measureCosts(orders, signal);
    addCosts(store, measured);
    model = new CostModel([...known, ...measured], kind);
  }
  const readable = await Promise.all([OWN_STORE, DATA].map((one) => readableBenchmarks(join(one, 'bench'))));
  readable.flatMap(({ problems }) => problems).forEach((problem) => console.error(problem));
  const benchmarks = readable.flatMap((stored) => stored.benchmarks);
  return runs.map(({ config }) => model.seconds(config) ?? secondsFromBench(config, benchmarks, kind));
}
