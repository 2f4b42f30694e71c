import type { ComparisonRow } from '../experiment/comparisonRows';
import type { RunResult } from '../experiment/result';
import { detectableText, pText, plusMinus, signedPlusMinus } from './differenceText';
import type { MethodStudy } from './methodStudies';
import { PUBLISHED_TRAINING_IMAGES } from './published';
import { METHOD_NAMES } from './recipe';
import { recordsToMarkdown } from './recordTable';
import { repeatsNote } from './repeats';
import type { ErrorRow } from './rows';
import type { ResultTable } from './tables';
import { errorText } from './tableText';

/** Where a run's result lies, seen from the project's folder. */
const resultFile = (id: string): string => `data/results/${id}.json`;

/** Likewise of a run that was made again. */
const repeatFile = (id: string): string => `data/results/repeats/${id}.json`;

/** "0, 1, 2", each a link to its result, and where a run was made again one to that. */
function linkedSeeds(runs: readonly RunResult[]): string {
  const links = [...runs].sort((a, b) => a.config.seed - b.config.seed).map(
    ({ id, config: { seed }, status, averagedOver }) => `[${seed}${status === 'diverged' ? ' (diverged)' : ''}](${resultFile(id)})${averagedOver === undefined ? '' : ` ([again](${repeatFile(id)}))`}`,
  );
  return links.length === 0 ? '–' : links.join(', ');
}

/** "Not run: SGD (no SAM) at 200, 400 epochs (the original: 12.94, 11.24 %); SAM at ...", or "" where all was run. */
function missingCells(rows: readonly ErrorRow[]): string {
  const missing = rows.filter((row) => !isRun(row));
  const methods = [...new Set(missing.map(({ method }) => method))].map((method) => {
    const cells = missing.filter((row) => row.method === method);
    return `${METHOD_NAMES[method]} at ${cells.map(({ epochs }) => epochs).join(', ')} epochs (the original: ${cells.map(({ publishedTop1Error }) => publishedText(publishedTop1Error)).join(', ')} %)`;
  });
  return methods.length === 0 ? '' : `Not run: ${methods.join('; ')}.`;
}

function publishedText(error: number | null): string {
  return error === null ? '–' : error.toFixed(2);
}

function isRun({ n, divergedSeeds }: Pick<ErrorRow, 'n' | 'divergedSeeds'>): boolean {
  return n > 0 || divergedSeeds !== '';
}

/**
 * A table of test errors for readers: ours and the original's apart, each under its number of training images, with a link from every cell
 * to its runs. Cells without runs are listed in one sentence below it, with the original's numbers for them.
 *
 * @param runs those of the table.
 */
export function shortErrorTable({ title, caption, rows, trainingImages }: ResultTable, runs: readonly RunResult[]): string {
  const theirs = PUBLISHED_TRAINING_IMAGES.toLocaleString('en-US');
  const ofRow = (row: ErrorRow): readonly RunResult[] =>
    runs.filter(({ config }) => config.method === row.method && config.epochs === row.epochs && config.learningRate === row.learningRate && (row.rho === null || config.rho === row.rho));
  const made = rows.filter(isRun);
  const headings = {
    top1: `Ours, ${trainingImages?.toLocaleString('en-US') ?? 'no'} training images: top-1, %`, top5: 'ours, top-5, %', theirs: `Original, ${theirs} training images: top-1, %`, theirs5: 'original, top-5, %', seeds: 'Our runs, seed',
  };
  const records = made.map((row) => ({
    Method: `${METHOD_NAMES[row.method]}, learning rate ${row.learningRate}${row.rho === null ? '' : `, ρ = ${row.rho}`}`, Epochs: row.epochs, top1: errorText(row, 'top1'), top5: errorText(row, 'top5'), theirs: publishedText(row.publishedTop1Error), theirs5: publishedText(row.publishedTop5Error), seeds: linkedSeeds(ofRow(row)),
  }));
  const notRun = [missingCells(rows)].filter((text) => text !== '');
  return [...(made.length === 0 ? [`**${title}**`] : [recordsToMarkdown(title, records, headings), `*${caption}. Mean ± half the 95 % interval over seeds.${[repeatsNote(made.flatMap(ofRow))].map((note) => (note === '' ? '' : ` ${note}`)).join('')}*`]), ...notRun].join('\n\n');
}

/** A comparison of methods for readers: error, paired difference, corrected p and what the test could detect, with a link to each run; rows without runs are one sentence. */
export function shortMethodTable({ title, caption, rows, runsOf }: MethodStudy): string {
  const made = rows.filter(isRun);
  const missing = rows.filter((row) => !isRun(row)).map(({ method }) => method);
  const record = (row: ComparisonRow): object => ({
    Method: row.method,
    gradients: row.gradientEvaluations === null ? '–' : Math.round(row.gradientEvaluations).toLocaleString('en-US'),
    error: row.top1Error === null ? 'diverged' : plusMinus(row.top1Error, row.top1HalfWidth),
    difference: row.difference === null ? '–' : signedPlusMinus(row.difference, row.differenceHalfWidth),
    p: pText(row.adjustedPValue),
    detectable: detectableText(row),
    seeds: linkedSeeds(runsOf?.get(row.method) ?? []),
  });
  const headings = { gradients: 'Gradients a run', error: 'Top-1 error, %', difference: 'Difference from SGD, points', p: 'p, Holm', detectable: 'Detectable, points', seeds: 'Runs, seed' };
  return [
    ...(made.length === 0 ? [`**${title}**`] : [recordsToMarkdown(title, made.map(record), headings), `*${caption}.*`]),
    ...(missing.length === 0 ? [] : [`Not run: ${made.length === 0 ? 'all of it' : missing.join('; ')}.`]),
  ].join('\n\n');
}
