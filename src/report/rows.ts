import { desc, from, op } from 'arquero';
import type { ExperimentConfig } from '../experiment/config';
import type { RunResult } from '../experiment/result';
import { meanInterval, type Interval } from '../experiment/interval';
import { PUBLISHED_ERRORS, type PublishedError } from './published';
import { byRecipe } from './recipe';
import { hasPresentSettings } from './presentSettings';

/** Which runs are meant. */
export interface RunSelection {
  readonly preset: string;
  readonly dataset: ExperimentConfig['dataset'];
  /** `test` for the final runs, `heldOut` for the trials that chose their settings. */
  readonly evaluateOn: ExperimentConfig['evaluateOn'];
}

/**
 * One cell of an error table as a plain record: a method at a length of training, over its seeds.
 * Errors are percentages; a cell without a finished run has none.
 */
export interface ErrorRow {
  readonly method: ExperimentConfig['method'];
  readonly epochs: number;
  /** Peak learning rate; null where nothing was run. */
  readonly learningRate: number | null;
  /** Radius of the perturbation; null for SGD and where nothing was run. */
  readonly rho: number | null;
  /** Number of finished runs. */
  readonly n: number;
  /** Seeds of the finished runs, such as "0, 1, 2". */
  readonly seeds: string;
  /** Seeds of the runs that diverged; they are in no mean. */
  readonly divergedSeeds: string;
  readonly top1Error: number | null;
  /** Half width of the 95 % interval; null for n below 2. */
  readonly top1HalfWidth: number | null;
  readonly top5Error: number | null;
  readonly top5HalfWidth: number | null;
  /** The original's number for the same cell, where it has one. */
  readonly publishedTop1Error: number | null;
  readonly publishedTop5Error: number | null;
}

/** A run as one flat row. */
interface RunRow {
  readonly method: ExperimentConfig['method'];
  readonly epochs: number;
  readonly learningRate: number;
  readonly rho: number | null;
  readonly seed: number;
  readonly diverged: boolean;
  readonly top1Error: number | null;
  readonly top5Error: number | null;
}

/** All runs of one cell. */
interface RunGroup extends Pick<RunRow, 'method' | 'epochs' | 'learningRate' | 'rho'> {
  readonly runs: readonly RunRow[];
}

/** The stored runs of a selection, split by recipe: those in one list differ only in method, epochs, learning rate, rho and seed. Those with the preset's current settings come first. */
export function selectRuns(results: readonly RunResult[], { preset, dataset, evaluateOn }: RunSelection): readonly (readonly RunResult[])[] {
  const recipes = byRecipe(results.filter((run) => run.preset === preset && run.config.dataset === dataset && run.config.evaluateOn === evaluateOn));
  const seeds = (runs: readonly RunResult[]): number => new Set(runs.map(({ config }) => config.seed)).size;
  const present = (runs: readonly RunResult[]): number => Number(runs.every(hasPresentSettings));
  return [...recipes].sort((a, b) => seeds(b) - seeds(a) || present(b) - present(a));
}

function runRow({ config, status, final }: RunResult): RunRow {
  const { method, epochs, learningRate, seed } = config;
  const errors = { top1Error: final?.top1Error ?? null, top5Error: final?.top5Error ?? null };
  return { method, epochs, learningRate, rho: method === 'sgd' ? null : config.rho, seed, diverged: status === 'diverged', ...errors };
}

/** Cells of runs of one recipe, SGD before SAM, then by epochs, learning rate and rho. */
export function errorRows(runs: readonly RunResult[]): readonly ErrorRow[] {
  if (runs.length === 0) {
    return [];
  }
  const groups = from(runs.map(runRow).map((run) => ({ ...run, run })))
    .groupby('method', 'epochs', 'learningRate', 'rho')
    .rollup({ runs: op.array_agg('run') })
    .objects() as RunGroup[];
  return sortRows(groups.map(errorRow));
}

/** The rows of a table of the test set: as `errorRows`, and a row without runs for each of the original's cells that has none. */
export function errorRowsBesidePublished(runs: readonly RunResult[], dataset: ExperimentConfig['dataset']): readonly ErrorRow[] {
  const cells = PUBLISHED_ERRORS.filter((cell) => cell.dataset === dataset);
  const rows = errorRows(runs).map((row) => ({ ...row, ...publishedErrors(cells.find(({ method, epochs }) => method === row.method && epochs === row.epochs)) }));
  const keys = ['method', 'epochs'];
  const missing = (rows.length === 0 ? from(cells) : from(cells).antijoin(from(rows), [keys, keys])).objects() as PublishedError[];
  const notRun = missing.map((cell) => ({ ...errorRow({ ...cell, learningRate: null, rho: null, runs: [] }), ...publishedErrors(cell) }));
  return sortRows([...rows, ...notRun]);
}

function publishedErrors(cell: PublishedError | undefined): Pick<ErrorRow, 'publishedTop1Error' | 'publishedTop5Error'> {
  return { publishedTop1Error: cell?.top1Error ?? null, publishedTop5Error: cell?.top5Error ?? null };
}

function errorRow({ method, epochs, learningRate, rho, runs }: Omit<RunGroup, 'learningRate'> & { readonly learningRate: number | null }): ErrorRow {
  const finished = runs.filter((run) => !run.diverged);
  const top1 = interval(finished.map((run) => run.top1Error));
  const top5 = interval(finished.map((run) => run.top5Error));
  return {
    method,
    epochs,
    learningRate,
    rho,
    n: finished.length,
    seeds: seedList(finished),
    divergedSeeds: seedList(runs.filter((run) => run.diverged)),
    top1Error: top1?.mean ?? null,
    top1HalfWidth: top1?.halfWidth ?? null,
    top5Error: top5?.mean ?? null,
    top5HalfWidth: top5?.halfWidth ?? null,
    publishedTop1Error: null,
    publishedTop5Error: null,
  };
}

function interval(errors: readonly (number | null)[]): Interval | null {
  return errors.length === 0 ? null : meanInterval(errors.map((error) => error ?? NaN));
}

function seedList(runs: readonly RunRow[]): string {
  return runs.map((run) => run.seed).sort((a, b) => a - b).join(', ');
}

/** SGD before SAM, as in the original. */
function sortRows(rows: readonly ErrorRow[]): readonly ErrorRow[] {
  return from([...rows]).orderby(desc('method'), 'epochs', 'learningRate', 'rho').objects() as ErrorRow[];
}
