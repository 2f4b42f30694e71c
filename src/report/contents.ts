import type { RunResult } from '../experiment/result';
import { readTable } from '../notebook/reading';
import type { Contents } from './fill';
import type { NamedFigures } from './reportFigures';
import { isThreeDimensional } from './figures/specification';
import { costsMarkdown, describeMachines } from './runCosts';
import { errorTables, tuningTables } from './tables';
import { toMarkdown } from './tableText';

const DATASETS = ['cifar10', 'cifar100'] as const;

/** The preset of the committed tables, and those of the full data sets. */
const LAPTOP = 'laptop';
const FULL = ['corrected', 'as-published'] as const;

/**
 * All that REPORT.md and README.md take from stored results, by the name of its place.
 *
 * @param results everything under `data/results`.
 * @param figures the figures of these results, as they lie in `figures/`.
 */
export function reportContents(results: readonly RunResult[], figures: NamedFigures): Contents {
  const laptop = results.filter((run) => run.preset === LAPTOP);
  const final = laptop.filter((run) => run.config.evaluateOn === 'test');
  const byDataset = DATASETS.map((dataset, index): Contents => {
    const tables = errorTables(results, { preset: LAPTOP, dataset });
    const full = FULL.flatMap((preset) => errorTables(results, { preset, dataset }));
    return {
      [`table-${index + 1}`]: tables.map(toMarkdown).join('\n\n'),
      [`reading-${index + 1}`]: tables.map(readTable).join('\n\n'),
      [`table-${index + 1}-full`]: full.map(toMarkdown).join('\n\n'),
      [`figures-${index + 1}`]: pictures(figures, `${LAPTOP}-${dataset}-`),
    };
  });
  const tuning = DATASETS.flatMap((dataset) => tuningTables(results, { preset: LAPTOP, dataset }));
  return {
    ...Object.assign({}, ...byDataset),
    tuning: tuning.map(toMarkdown).join('\n\n') || 'Not run.',
    'trial-count': String(laptop.length - final.length),
    'run-count': String(final.length),
    costs: costsMarkdown(final),
    machines: describeMachines(laptop),
  } as Contents;
}

/** Figures as Markdown images, with their titles for those who do not see them. */
export function pictures(figures: NamedFigures, prefix: string): string {
  return Object.entries(figures)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, figure]) => `![${figure.layout.title.text}](figures/${name}.${isThreeDimensional(figure) ? 'png' : 'svg'})`)
    .join('\n\n') || 'No figure: not run.';
}
