import type { RunResult } from '../experiment/result';
import { pictures } from './contents';
import type { NamedFigures } from './figures/specification';
import { costsMarkdown, describeMachines } from './runCosts';
import { errorTables, tuningTables } from './tables';
import { toMarkdown } from './tableText';

/** The report of a quick run: only its tables and figures, since nothing follows from them. */
export function quickReport(results: readonly RunResult[], presets: readonly string[], figures: NamedFigures): string {
  const own = results.filter((run) => presets.includes(run.preset));
  const selections = presets.flatMap((preset) => (['cifar10', 'cifar100'] as const).map((dataset) => ({ preset, dataset })));
  const tables = selections.flatMap((selection) => [...errorTables(own, selection), ...tuningTables(own, selection)]).filter((table) => table.rows.length > 0);
  return [
    '# Quick preset: not a result',
    'This page shows that training, tables and figures work on this machine. The networks saw a handful of images for a few epochs, so its numbers say nothing about SAM. The report is `REPORT.md` in the folder above `data`.',
    describeMachines(own),
    ...tables.map(toMarkdown),
    '## Cost',
    costsMarkdown(own),
    '## Figures',
    pictures(figures, ''),
    '',
  ].join('\n\n');
}
