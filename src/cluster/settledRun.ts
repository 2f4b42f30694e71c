import type { ExperimentConfig } from '../experiment/config';
import type { RunResult } from '../experiment/result';
import { experimentFolders } from '../experiment/folders';
import { bestTrial, noBestTrial } from '../experiment/runPreset';
import { findResult, runId } from '../experiment/store';
import { trialsOf, type GridPlan, type PlannedRun } from './gridPlan';

/** The stored result of a configuration, if there is one. @throws Error if its file is damaged. */
export function storedResult(kind: PlannedRun['kind'], config: ExperimentConfig, store: string): Promise<RunResult | undefined> {
  return findResult(experimentFolders(kind, store).results, config);
}

/** The trials of a run that have no result yet. */
export async function missingTrials(run: PlannedRun, plan: GridPlan, store: string): Promise<readonly PlannedRun[]> {
  const trials = trialsOf(run, plan);
  const results = await Promise.all(trials.map(({ kind, config }) => storedResult(kind, config, store)));
  return trials.filter((_, index) => results[index] === undefined);
}

/**
 * A run's configuration with the settings that its stored trials decide; for a run without trials, its own.
 *
 * @throws Error if a trial has no result yet, or if no setting of the method finished all of its trials.
 */
export async function settledConfig(run: PlannedRun, plan: GridPlan, store: string): Promise<ExperimentConfig> {
  const missing = await missingTrials(run, plan, store);
  if (missing.length > 0) {
    throw new Error(`settledConfig: ${missing.length} of the trials that decide the settings of ${runId(run.config)} have no result, ${runId(missing[0]!.config)} among them; make them first.`);
  }
  const trials = await Promise.all(trialsOf(run, plan).map(({ kind, config }) => storedResult(kind, config, store)));
  const own = trials.filter((trial) => trial !== undefined).filter(({ config }) => config.method === run.config.method);
  const best = bestTrial(own, run.config.method);
  if (own.length > 0 && best === undefined) {
    throw new Error(`settledConfig: ${noBestTrial(run.config.method, run.config.dataset)}`);
  }
  return { ...run.config, ...best };
}

/** A stored result, or what is wrong with it if it cannot be read. */
export type ReadResult = { readonly result: RunResult | undefined } | { readonly problem: string };

/** The stored result of a planned run, and the run with its settled configuration; a damaged file, its own or a trial's, is returned as a problem and not thrown. */
export async function readSettled(planned: PlannedRun, plan: GridPlan, store: string): Promise<{ readonly run: PlannedRun } & ReadResult> {
  let run = planned;
  try {
    run = await settledRun(planned, plan, store);
    return { run, result: await storedResult(run.kind, run.config, store) };
  } catch (error) {
    return { run, problem: (error as Error).message };
  }
}

/** A run with the configuration under which its result is stored, or its planned one while trials are missing. */
export async function settledRun(run: PlannedRun, plan: GridPlan, store: string): Promise<PlannedRun> {
  const missing = await missingTrials(run, plan, store);
  return missing.length > 0 ? run : { ...run, config: await settledConfig(run, plan, store) };
}
