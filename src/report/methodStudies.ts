import type { ExperimentConfig } from '../experiment/config';
import { comparisonRows, type ComparisonRow } from '../experiment/comparisonRows';
import { METHOD_NAMES, methodLabel } from '../experiment/methodLabel';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { DEFAULT_METHOD } from '../train/methodSettings';
import { detectableText, plusMinus, pText, signedPlusMinus } from './differenceText';
import { recordsToMarkdown, type Headings } from './recordTable';
import { DATASET_NAMES, describeModel, describeRecipe, describeSeeds } from './recipe';
import { comparisonNotes, drawnConfigs, drawNote, reachNote, stepsNote } from './studyNotes';
import { captionOf } from './tables';

/** A preset that compares methods on a small budget, as far as its runs are stored. */
export interface MethodStudy {
  readonly dataset: ExperimentConfig['dataset'];
  readonly title: string;
  /** Data set, images, model, epochs and seeds. */
  readonly caption: string;
  /** One a method, in the preset's order; without runs, `n` is 0. */
  readonly rows: readonly ComparisonRow[];
  /** The stored runs behind each row, by its method. */
  readonly runsOf?: ReadonlyMap<string, readonly RunResult[]>;
  /** Notes below the table. */
  readonly notes: readonly string[];
}

/** Presets that compare methods on real images, with the titles of their tables. */
export const METHOD_STUDIES = {
  'fast-radii': 'SGD and SAM on all of CIFAR-10, fast network',
  family: 'The reviewed methods beside SGD and SAM',
  'fgsm-steps': "Multi-step FGSM at the 2-norm of SAM's radius, by its number of steps T",
  'fgsm-clip': "The original's FGSM with its clip and without, and a sister project's steps",
  'fgsm-sister': "A sister project's FGSM on its own network",
  defects: "Defects of the original's code, switched on one at a time, CIFAR-10",
  'defects-cifar100': "The original's learning rate, CIFAR-100",
} as const;

/** Name of a comparison of methods. */
export type MethodStudyName = keyof typeof METHOD_STUDIES;

/** The stored runs of a preset that compares methods, with the label of each; whichever preset stored them. */
export function variantLabels(results: readonly RunResult[], preset: string): readonly { readonly label: string; readonly result: RunResult }[] {
  const configs = presetConfigs(findPreset(preset));
  const stored = new Map(results.map((result) => [result.id, result]));
  return configs.flatMap((config) => {
    const result = stored.get(runId(config));
    return result ? [{ label: variantLabel(config, configs[0]!), result }] : [];
  });
}

/**
 * The comparison that a preset makes: errors, intervals, and paired t tests against SGD with its plain settings. Runs are found by
 * their settings, for presets share some.
 *
 * @param results all stored results, among them those of other presets.
 */
export function methodStudy(results: readonly RunResult[], name: MethodStudyName): MethodStudy {
  const configs = presetConfigs(findPreset(name));
  const plain = configs[0]!;
  const runs = variantLabels(results, name).map((run) => ({ ...run, budget: 'epochs' as const }));
  const made = comparisonRows(runs, METHOD_NAMES.sgd);
  const labels = [...new Set(configs.map((config) => variantLabel(config, plain)))];
  const shown = runs.map(({ result }) => result);
  const rows = labels.map((label) => made.find(({ method }) => method === label) ?? notRun(label, plain, made[0]?.tests ?? 0));
  const budget = `${plain.epochs} epochs`;
  return {
    dataset: plain.dataset,
    title: `${METHOD_STUDIES[name]}${isSmall(plain) ? SMALL_BUDGET : ''}`,
    caption: shown.length === 0 ? `${DATASET_NAMES[plain.dataset]}; ${describeModel(plain)}; ${budget}; not run` : `${captionOf(shown)}; ${budget}`,
    rows,
    runsOf: new Map(labels.map((label) => [label, runs.filter((run) => run.label === label).map(({ result }) => result)])),
    notes: [
      ...comparisonNotes(rows, METHOD_NAMES.sgd),
      ...drawNote(drawnConfigs(shown)),
      ...stepsNote(configs, shown[0]?.data.trainImages),
      ...reachNote(configs, (config) => variantLabel(config, plain)),
      isSmall(plain)
        ? `Nothing was tuned: every method has the radius that its paper uses and ${describeRate(plain)}. Training this short does not show what a method reaches in the end.`
        : `Nothing was tuned: SAM's radii (ρ = ${samRadii(configs).join(', ')}) were stated before the runs, and the recipe is the one that was published for SGD: ${describeRate(plain)}.`,
    ],
  };
}

/** The radii of SAM in a list of runs, each once. */
export function samRadii(configs: readonly ExperimentConfig[]): readonly number[] {
  return [...new Set(configs.filter(({ method }) => method === 'sam').map(({ rho }) => rho))];
}

/** What the titles of comparisons on a part of the images say. */
export const SMALL_BUDGET = ' — quick runs on a small budget';

/** Whether a comparison trains on a part of the images. */
function isSmall({ imagesPerClass }: ExperimentConfig): boolean {
  return imagesPerClass > 0;
}

function describeRate(config: ExperimentConfig): string {
  return `peak learning rate ${config.learningRate} unless a row says otherwise; ${describeRecipe(config).replace(/\.$/, '')}`;
}

/** The method, and what else differs from the plain settings of the comparison. */
function variantLabel(config: ExperimentConfig, plain: ExperimentConfig): string {
  const extras = [
    config.batchSize !== plain.batchSize && `batches of ${config.batchSize}`,
    config.learningRate !== plain.learningRate && `learning rate ${config.learningRate}${config.labelSmoothing === plain.labelSmoothing ? '' : " with the original's decay and smoothing"}`,
    config.selection !== plain.selection && 'epoch chosen by test error',
    config.cutout !== plain.cutout && `cutout, one square for each ${config.cutoutPer}`,
  ];
  // Where radii are compared the default one is named too.
  const radius = !isSmall(plain) && config.method === 'sam' && config.rho === DEFAULT_METHOD.rho ? [`ρ = ${config.rho}`] : [];
  return [methodLabel(config), ...radius, ...extras.filter((extra) => extra !== false)].join(', ');
}

/** The row of a method that has not been run. */
export function notRun(method: string, { epochs }: Pick<ExperimentConfig, 'epochs'>, tests: number): ComparisonRow {
  const errors = { trainTop1Error: null, top1Error: null, top1HalfWidth: null, top5Error: null, top5HalfWidth: null };
  const differences = { difference: null, differenceHalfWidth: null, pValue: null, adjustedPValue: null, detectable: null, lossDifference: null, lossDifferenceHalfWidth: null };
  return { method, budget: 'epochs', epochs, gradientEvaluations: null, n: 0, seeds: '', divergedSeeds: '', ...errors, ...differences, pairs: 0, tests };
}

/** A row of a comparison as text. */
export interface ComparisonRecord {
  readonly method: string;
  readonly gradients: string;
  readonly training: string;
  readonly top1: string;
  readonly top5: string;
  readonly difference: string;
  readonly pValue: string;
  readonly adjustedPValue: string;
  readonly detectable: string;
  readonly loss: string;
  readonly runs: string;
}

/** Headings of the columns of comparison records. */
export const COMPARISON_HEADINGS: Headings = {
  method: 'Method',
  gradients: 'Gradients a run',
  training: 'Training error, %',
  top1: 'Top-1 error, %',
  top5: 'Top-5 error, %',
  difference: 'Difference from the base, points',
  pValue: 'p',
  adjustedPValue: 'p, Holm',
  detectable: 'Detectable, points',
  loss: 'Difference in test loss, nats',
  runs: 'Runs',
};

/** Rows of a comparison, ready for `displayRecords`; "not run" where nothing is stored, "diverged" where no run finished. */
export function comparisonRecords(rows: readonly ComparisonRow[]): readonly ComparisonRecord[] {
  return rows.map((row) => {
    const missing = row.divergedSeeds === '' ? 'not run' : 'diverged';
    const seeds = (list: string): string => describeSeeds(list.split(', ').map(Number));
    return {
      method: row.method,
      gradients: row.gradientEvaluations === null ? '–' : Math.round(row.gradientEvaluations).toLocaleString('en-US'),
      training: row.trainTop1Error?.toFixed(2) ?? '–',
      top1: row.top1Error === null ? missing : plusMinus(row.top1Error, row.top1HalfWidth),
      top5: row.top5Error === null ? missing : plusMinus(row.top5Error, row.top5HalfWidth),
      difference: row.difference === null ? '–' : signedPlusMinus(row.difference, row.differenceHalfWidth),
      pValue: pText(row.pValue),
      adjustedPValue: pText(row.adjustedPValue),
      detectable: detectableText(row),
      loss: row.lossDifference === null ? '–' : signedPlusMinus(row.lossDifference, row.lossDifferenceHalfWidth),
      runs: [...(row.n > 0 ? [`n = ${row.n}, ${seeds(row.seeds)}`] : []), ...(row.divergedSeeds === '' ? [] : [`diverged: ${seeds(row.divergedSeeds)}`])].join('; ') || '–',
    };
  });
}

/** The comparison as a table in GitHub's Markdown. */
export function methodStudyMarkdown({ title, caption, rows, notes }: MethodStudy): string {
  return [recordsToMarkdown(title, comparisonRecords(rows), COMPARISON_HEADINGS), `*${caption}.*`, ...notes].join('\n\n');
}
