import type { ExperimentConfig } from '../experiment/config';
import type { RunResult } from '../experiment/result';
import { finalErrors } from './figures/finalErrors';
import { learningCurves } from './figures/learningCurves';
import type { FigureSpecification, NamedFigures } from './figures/specification';
import { tuningGrid } from './figures/tuningGrid';
import { figure1, figure1Section, figure2 } from './illustrations/figures';
import { NOISE_PRESET } from './labelNoise';
import { METHOD_STUDIES } from './methodStudies';
import { selectRuns, type RunSelection } from './rows';
import { METHODS } from '../train/methodSettings';
import { recipeEnds } from './recipe';
import { bestTrial, errorTables, tuningTables } from './tables';

const DATASETS: readonly ExperimentConfig['dataset'][] = ['cifar10', 'cifar100'];

/** Figures 1 and 2 of the report, computed; they need no training. */
export function illustrations(): NamedFigures {
  const { surface, contour } = figure1();
  return { 'figure-1-surface': surface, 'figure-1-contour': contour, 'figure-1-section': figure1Section(), 'figure-2-sam-step': figure2() };
}

/** All figures of a preset's stored results, such as "laptop-cifar10-final-errors"; none where nothing was run, nor of comparisons of methods, which have figures of their own. */
export function resultFigures(results: readonly RunResult[], preset: string): NamedFigures {
  return preset in METHOD_STUDIES || preset === NOISE_PRESET ? {} : Object.fromEntries(DATASETS.flatMap((dataset) => datasetFigures(results, preset, dataset)));
}

/** Loss and error by epoch of every run of a preset or grid, one figure for each recipe and length of training. */
export function curveFigures(results: readonly RunResult[], preset: string): NamedFigures {
  return Object.fromEntries(DATASETS.flatMap((dataset) => datasetCurves(results, preset, dataset)));
}

function figureName(preset: string, dataset: string, what: string, recipe: number): string {
  return `${preset}-${dataset}-${what}${recipe === 0 ? '' : `-recipe-${recipe + 1}`}`;
}

function datasetCurves(results: readonly RunResult[], preset: string, dataset: ExperimentConfig['dataset']): readonly (readonly [string, FigureSpecification])[] {
  const recipes = selectRuns(results, { preset, dataset, evaluateOn: 'test' });
  const ends = recipeEnds(recipes);
  return recipes.flatMap((runs, recipe) => {
    const finished = runs.filter((run) => run.status === 'finished');
    const lengths = [...new Set(finished.map((run) => run.config.epochs))].sort((a, b) => a - b);
    return lengths.map((epochs) => [figureName(preset, dataset, `training-${epochs}-epochs`, recipe), learningCurves(runs.filter((run) => run.config.epochs === epochs), { end: ends[recipe]! })] as const);
  });
}

function datasetFigures(results: readonly RunResult[], preset: string, dataset: ExperimentConfig['dataset']): readonly (readonly [string, FigureSpecification])[] {
  const selection = { preset, dataset };
  const name = (what: string, recipe: number): string => figureName(preset, dataset, what, recipe);
  const tables = errorTables(results, selection);
  const recipes = selectRuns(results, { ...selection, evaluateOn: 'test' });
  const curves = datasetCurves(results, preset, dataset);
  const errors = tables.flatMap((table, recipe) => (table.rows.some((row) => row.n > 0) ? [[name('final-errors', recipe), finalErrors(table, recipes[recipe])] as const] : []));
  const trials = trialCurves(results, selection).map((figure, recipe) => [name('chosen-trials', recipe), figure] as const);
  const tuning = tuningTables(results, selection).flatMap((table, recipe) =>
    table.rows.some((row) => row.n > 0) ? [[name('tuning', recipe), tuningGrid(table)] as const] : [],
  );
  return [...errors, ...curves, ...tuning, ...trials];
}

/** Training and held-out curves of the trials with the settings that were chosen, one figure for each recipe. */
function trialCurves(results: readonly RunResult[], { preset, dataset }: Omit<RunSelection, 'evaluateOn'>): readonly FigureSpecification[] {
  const recipes = selectRuns(results, { preset, dataset, evaluateOn: 'heldOut' });
  const ends = recipeEnds(recipes);
  return tuningTables(results, { preset, dataset }).flatMap((table, recipe) => {
    const chosen = METHODS.map((method) => bestTrial(table, method));
    const runs = recipes[recipe]!.filter(({ config }) => chosen.some((row) => row?.method === config.method && row.learningRate === config.learningRate && (row.rho === null || row.rho === config.rho)));
    return runs.some(({ status }) => status === 'finished') ? [learningCurves(runs, { what: 'Trials of the chosen settings', end: ends[recipe]! })] : [];
  });
}
