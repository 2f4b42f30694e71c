import type { ExperimentConfig } from '../experiment/config';
import type { RunResult } from '../experiment/result';
import { DATASET_NAMES, describeData, describeModel, describeRecipe, describeSeeds, METHOD_NAMES, perturbedScopes, recipeEnds, unfitPreset, titleEnd } from './recipe';
import { pairedDifferences, type PairedDifference } from './pairedDifferences';
import { earlierSettingsNote, lossPeakNote, trialNotes } from './runNotes';
import { drawnConfigs, drawNote } from './studyNotes';
import { repeatsNote } from './repeats';
import { errorRows, errorRowsBesidePublished, selectRuns, type ErrorRow } from './rows';

/** A table of results: plain records for code, and what a reader needs around them. */
export interface ResultTable {
  readonly kind: 'test' | 'tuning';
  readonly title: string;
  /** Data set, model, number of images and seeds, in one line. */
  readonly caption: string;
  readonly rows: readonly ErrorRow[];
  /** SAM minus SGD over runs of the same seed; absent from tables of trials. */
  readonly differences?: readonly PairedDifference[];
  /** Images that every run learned from; absent where nothing was run. */
  readonly trainingImages?: number;
  /** Sentences below the table: the shared settings, and what the numbers are. */
  readonly notes: readonly string[];
}

/** Whose table is asked for. */
export interface TableSelection {
  readonly preset: string;
  readonly dataset: ExperimentConfig['dataset'];
}

const TABLE_NUMBERS: Readonly<Record<ExperimentConfig['dataset'], number>> = { cifar10: 1, cifar100: 2 };

/**
 * Tables 1 and 2: test error with and without SAM, ours beside the original's. One table for each recipe
 * (network, stem, images, settings) among the preset's runs; one that says "not run" throughout where there are none.
 *
 * Presets that prove nothing (quick, smoke) are shown without the original's cells.
 */
export function errorTables(results: readonly RunResult[], { preset, dataset }: TableSelection): readonly ResultTable[] {
  const recipes = selectRuns(results, { preset, dataset, evaluateOn: 'test' });
  const title = `Table ${TABLE_NUMBERS[dataset]}. Test error with and without SAM on`;
  if (recipes.length === 0) {
    const rows = unfitPreset(preset) !== undefined ? [] : errorRowsBesidePublished([], dataset);
    const name = DATASET_NAMES[dataset];
    return [{ kind: 'test', title: `${title} ${name}${titleEnd(preset, false)}`, caption: `${name}; not run`, rows, notes: [] }];
  }
  const ends = recipeEnds(recipes);
  return recipes.map((runs, recipe) => ({
    kind: 'test',
    title: `${title} ${runs[0]!.data.name}${titleEnd(preset, runs[0]!.data.synthetic)}${ends[recipe]!}`,
    caption: captionOf(runs),
    trainingImages: runs[0]!.data.trainImages,
    rows: unfitPreset(preset) !== undefined ? errorRows(runs) : errorRowsBesidePublished(runs, dataset),
    differences: pairedDifferences(runs),
    notes: [`Ours: ${describeRecipe(runs[0]!.config)}`, ...scopeNote(runs), ...intervalNotes(errorRows(runs)), ...[repeatsNote(runs)].filter((note) => note !== ''), ...drawNote(drawnConfigs(runs)), ...earlierSettingsNote(runs), ...lossPeakNote(runs)],
  }));
}

/**
 * The trials that chose learning rate and rho: error on held-out training images, one row a setting.
 * The notes count the trials of each method, for a comparison is fair only where both had as many.
 */
export function tuningTables(results: readonly RunResult[], { preset, dataset }: TableSelection): readonly ResultTable[] {
  const recipes = selectRuns(results, { preset, dataset, evaluateOn: 'heldOut' });
  const ends = recipeEnds(recipes);
  return recipes.map((runs, recipe) => {
    const rows = errorRows(runs);
    const { name, synthetic } = runs[0]!.data;
    const bestOf = (method: ErrorRow['method']): ErrorRow | undefined => bestTrial({ rows }, method);
    return {
      kind: 'tuning',
      title: `Choice of settings on held-out images of ${name}${titleEnd(preset, synthetic)}${ends[recipe]!}`,
      caption: captionOf(runs),
      rows,
      notes: [trialsNote(rows), ...trialNotes(rows, bestOf), `Shared settings: ${describeRecipe(runs[0]!.config)}`],
    };
  });
}

/** The setting of a method with the lowest mean held-out error, or undefined where no trial finished. */
export function bestTrial(table: Pick<ResultTable, 'rows'>, method: ExperimentConfig['method']): ErrorRow | undefined {
  const finished = table.rows.filter((row) => row.method === method && row.top1Error !== null);
  return finished.reduce<ErrorRow | undefined>((best, row) => (best === undefined || row.top1Error! < best.top1Error! ? row : best), undefined);
}

/** Caption of runs of one recipe: data set, images, network, seeds. */
export function captionOf(runs: readonly RunResult[]): string {
  const [first] = runs;
  if (first === undefined) {
    throw new RangeError('captionOf: expected one run or more, got none; select a preset that was run.');
  }
  return `${describeData(first)}; ${describeModel(first.config)}; ${describeSeeds(runs.map((run) => run.config.seed))}`;
}

function scopeNote(runs: readonly RunResult[]): readonly string[] {
  const words: Readonly<Record<string, string>> = { weights: 'weights only', norm: 'only the parameters of batch norm', noNorm: 'all parameters except those of batch norm' };
  return perturbedScopes(runs).flatMap((scope) => (scope === 'all' ? [] : [`SAM perturbs ${words[scope] ?? scope}.`]));
}

function intervalNotes(rows: readonly ErrorRow[]): readonly string[] {
  const sizes = rows.map((row) => row.n);
  return [
    sizes.some((n) => n > 1) && 'Mean over seeds ± half the 95 % interval of Student t.',
    sizes.some((n) => n === 1) && 'A cell with n = 1 has no interval: one run says nothing about the spread between seeds.',
    rows.some((row) => row.divergedSeeds !== '') && 'Diverged runs are named and are in no mean.',
  ].filter((note) => note !== false);
}

function trialsNote(rows: readonly ErrorRow[]): string {
  const [sgd, sam] = (['sgd', 'sam'] as const).map((method) => rows.filter((row) => row.method === method).length);
  const verdict = sgd === sam ? 'the same number for both' : 'not the same number, so the comparison is not fair yet';
  return `Trials: ${sgd} of ${METHOD_NAMES.sgd}, ${sam} of ${METHOD_NAMES.sam}; ${verdict}.`;
}
