import type { ExperimentConfig } from '../experiment/config';
import { meanInterval } from '../experiment/interval';
import type { RunResult } from '../experiment/result';

/** A setting of a grid, over its seeds: first the settings in which the runs differ, then the results. */
export type GridRow = Partial<ExperimentConfig> & {
  /** Finished runs; the others diverged. */
  readonly n: number;
  readonly diverged: number;
  /** Mean over the finished runs, in percent; null without any. */
  readonly top1Error: number | null;
  /** Half width of the 95 % interval of Student's t; null for fewer than two runs. */
  readonly halfWidth: number | null;
  /** Mean training loss of the last epoch, in nats; null without a finished run. */
  readonly trainLoss: number | null;
};

/** Runs that differ only in these are one row; kernels differ only in rounding. */
const NOT_SETTINGS: readonly (keyof ExperimentConfig)[] = ['seed', 'subsetSeed', 'kernels', 'snapshotEvery'];

/**
 * The rows of your own grid: one for each setting, over its seeds, with a column for each setting in which the runs differ.
 *
 * @param runs such as those that `readResults` or `trainLive` gave.
 * @throws RangeError if there is no run.
 * @example
 * figures.displayRecords('My grid', figures.gridRows(results), { rho: 'ρ', top1Error: 'test error, %', halfWidth: '±' });
 */
export function gridRows(runs: readonly RunResult[]): readonly GridRow[] {
  const [first] = runs;
  if (first === undefined) {
    throw new RangeError('gridRows: expected one run or more, got none.');
  }
  const names = Object.keys(first.config).filter((name) => !NOT_SETTINGS.includes(name as keyof ExperimentConfig)) as (keyof ExperimentConfig)[];
  const varied = names.filter((name) => runs.some(({ config }) => config[name] !== first.config[name]));
  const settings = (run: RunResult): Partial<ExperimentConfig> => Object.fromEntries(varied.map((name) => [name, run.config[name]]));
  const groups = new Map<string, RunResult[]>();
  for (const run of runs) {
    const key = JSON.stringify(settings(run));
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map((group) => ({ ...settings(group[0]!), ...found(group) }));
}

function found(group: readonly RunResult[]): Pick<GridRow, 'n' | 'diverged' | 'top1Error' | 'halfWidth' | 'trainLoss'> {
  const finished = group.filter(({ status, final }) => status === 'finished' && final !== null);
  const counts = { n: finished.length, diverged: group.length - finished.length };
  if (finished.length === 0) {
    return { ...counts, top1Error: null, halfWidth: null, trainLoss: null };
  }
  const { mean, halfWidth } = meanInterval(finished.map(({ final }) => final!.top1Error));
  return { ...counts, top1Error: mean, halfWidth, trainLoss: meanInterval(finished.map(({ history }) => history.at(-1)!.trainLoss)).mean };
}
