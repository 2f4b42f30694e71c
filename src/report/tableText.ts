import { DIFFERENCE_HEADINGS, differenceRecords, differencesNote, DIFFERENCES_TITLE } from './differenceText';
import { escapeHtml } from './html';
import { PUBLISHED_TRAINING_IMAGES } from './published';
import { METHOD_NAMES } from './recipe';
import { recordsToHtml, recordsToMarkdown } from './recordTable';
import type { ErrorRow } from './rows';
import { bestTrial, type ResultTable } from './tables';

/** A table as text: a header and rows of as many cells. */
interface TextTable {
  readonly header: readonly string[];
  readonly cells: readonly (readonly string[])[];
}

/** The table in GitHub's Markdown, with title, caption and notes. */
export function toMarkdown(table: ResultTable): string {
  const { header, cells } = textTable(table);
  const line = (texts: readonly string[]): string => `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `|${header.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`;
  const body = cells.length === 0 ? ['Not run.'] : [line(header), rule, ...cells.map(line)];
  const paired = differenceRecords(table.differences);
  const differences = paired.length === 0 ? [] : ['', recordsToMarkdown(DIFFERENCES_TITLE, paired, DIFFERENCE_HEADINGS), '', `*${differencesNote(table.differences!)}*`];
  return [`**${table.title}**`, '', ...body, '', `*${table.caption}.*`, ...differences, ...table.notes.flatMap((note) => ['', note])].join('\n');
}

/** The table as an HTML fragment that shows well in a notebook, with title, caption and notes. */
export function toHtml(table: ResultTable): string {
  const { header, cells } = textTable(table);
  const row = (tag: 'th' | 'td', texts: readonly string[]): string =>
    `<tr>${texts.map((text, column) => `<${tag} style="text-align:${column === 0 ? 'left' : 'right'}">${escapeHtml(text)}</${tag}>`).join('')}</tr>`;
  const body = cells.length === 0 ? '<p>Not run.</p>' : `<table><thead>${row('th', header)}</thead><tbody>${cells.map((texts) => row('td', texts)).join('')}</tbody></table>`;
  const small = (texts: readonly string[]): string => texts.map((text) => `<p><small>${escapeHtml(text)}</small></p>`).join('');
  const paired = differenceRecords(table.differences);
  const differences = paired.length === 0 ? '' : recordsToHtml(DIFFERENCES_TITLE, paired, DIFFERENCE_HEADINGS) + small([differencesNote(table.differences!)]);
  return `<p><b>${escapeHtml(table.title)}</b></p>${body}${small([`${table.caption}.`])}${differences}${small(table.notes)}`;
}

/** "61.25 ± 1.10", "61.25" for one run, "diverged" or "not run"; an error in percent. */
export function errorText(row: ErrorRow, measure: 'top1' | 'top5'): string {
  const mean = measure === 'top1' ? row.top1Error : row.top5Error;
  const halfWidth = measure === 'top1' ? row.top1HalfWidth : row.top5HalfWidth;
  if (mean === null) {
    return row.divergedSeeds === '' ? 'not run' : 'diverged';
  }
  return halfWidth === null ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${halfWidth.toFixed(2)}`;
}

/** "n = 3, seeds 0, 1, 2", "n = 1, seed 0: no interval", with "; diverged (seed 3)" where runs did. */
export function runsText({ n, seeds, divergedSeeds }: ErrorRow): string {
  const named = (list: string): string => `seed${list.includes(',') ? 's' : ''} ${list}`;
  const finished = n === 0 ? [] : [`n = ${n}, ${named(seeds)}${n === 1 ? ': no interval' : ''}`];
  const diverged = divergedSeeds === '' ? [] : [`diverged (${named(divergedSeeds)})`];
  return [...finished, ...diverged].join('; ') || 'not run';
}

function textTable(table: ResultTable): TextTable {
  const { rows, kind } = table;
  const settings = ['Learning rate', 'ρ'];
  const settingsOf = (row: ErrorRow): string[] => [row.learningRate?.toString() ?? '–', row.rho?.toString() ?? '–'];
  if (kind === 'tuning') {
    return {
      header: ['Method', ...settings, 'Epochs', 'Held-out top-1 error, %', 'Top-5, %', 'Runs', ''],
      cells: rows.map((row) => [
        METHOD_NAMES[row.method], ...settingsOf(row), String(row.epochs), errorText(row, 'top1'), errorText(row, 'top5'), runsText(row),
        bestTrial(table, row.method) === row ? 'lowest' : '',
      ]),
    };
  }
  const published = rows.some((row) => row.publishedTop1Error !== null);
  return {
    // Each heading gives the number of images, since the original's errors are from fifty times as many.
    header: [
      'Method', 'Epochs', `Top-1 error, %${learnedFrom(published ? table.trainingImages : undefined)}`, 'Top-5 error, %', 'Runs', ...settings,
      ...(published ? [`Original: top-1${learnedFrom(PUBLISHED_TRAINING_IMAGES)}`, 'Original: top-5'] : []),
    ],
    cells: rows.map((row) => [
      METHOD_NAMES[row.method], String(row.epochs), errorText(row, 'top1'), errorText(row, 'top5'), runsText(row), ...settingsOf(row),
      ...(published ? [percent(row.publishedTop1Error), percent(row.publishedTop5Error)] : []),
    ]),
  };
}

/** ", 1,000 training images", or nothing where the number is not known. */
export function learnedFrom(images: number | undefined): string {
  return images === undefined ? '' : `, ${images.toLocaleString('en-US')} training images`;
}

function percent(error: number | null): string {
  return error === null ? '–' : error.toFixed(2);
}
