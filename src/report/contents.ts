import { requireFiniteRange } from '../engine/finiteRange';
import type { BenchResult } from '../bench/result';
import { PRESET_GROUPS, presetConfigs, PRESETS, tuningConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { floorsMarkdown } from './benchFloors';
import { shortMarkdown } from './benchShort';
import { goalsMarkdown, scalingMarkdown, timesMarkdown } from './benchTables';
import { precisionMarkdown } from './precisionTable';
import { concludeErrors, describeTable } from './reading';
import type { Contents } from './fill';
import type { NamedFigures } from './figures/specification';
import { isThreeDimensional, titleOf } from './figures/specification';
import { costsMarkdown, describeMachines } from './runCosts';
import { drawnConfigs, drawNote } from './studyNotes';
import { hasPresentSettings } from './presentSettings';
import { pEquals, signedPlusMinus } from './differenceText';
import { pairedDifferences } from './pairedDifferences';
import { describeRepeats } from './repeats';
import { selectRuns } from './rows';
import { errorTables, tuningTables, type ResultTable } from './tables';
import { shortErrorTable } from './shortTables';
import { toMarkdown } from './tableText';

function isRun({ rows }: ResultTable): boolean {
  return rows.some(({ n, divergedSeeds }) => n > 0 || divergedSeeds !== '');
}

const DATASETS = ['cifar10', 'cifar100'] as const;

/** The preset of the committed tables, and those of the full data sets. */
const LAPTOP = 'laptop';
const FULL = ['corrected', 'as-published'] as const;

/**
 * All that the documents take from stored results, by the name of its place.
 *
 * @param results everything under `data/results`.
 * @param figures the figures of these results, as they lie in `figures/`.
 * @param benchmarks those that are published, and the single runs behind results that are means.
 */
export function reportContents(results: readonly RunResult[], figures: NamedFigures, { benchmarks, repeated = [] }: { readonly benchmarks: readonly BenchResult[]; readonly repeated?: readonly RunResult[] }): Contents {
  const laptop = results.filter((run) => run.preset === LAPTOP);
  const final = laptop.filter((run) => run.config.evaluateOn === 'test');
  const byDataset = DATASETS.map((dataset, index): Contents => {
    const tables = errorTables(results, { preset: LAPTOP, dataset });
    const [shownRuns = []] = selectRuns(results, { preset: LAPTOP, dataset, evaluateOn: 'test' });
    const byLength = [...new Set(shownRuns.map(({ config }) => config.epochs))].sort((a, b) => a - b).map((epochs) => shownRuns.filter(({ config }) => config.epochs === epochs));
    const full = FULL.flatMap((preset) => errorTables(results, { preset, dataset }));
    return {
      [`table-${index + 1}`]: tables.map((table) => (isRun(table) ? toMarkdown(table) : shortErrorTable(table, []))).join('\n\n'),
      // The report shows the first, which has the preset's current settings where such runs exist; the appendix shows all.
      [`table-${index + 1}-short`]: shortErrorTable(tables[0]!, shownRuns),
      [`reading-${index + 1}`]: describeTable(tables[0]!, false),
      [`conclusion-${index + 1}`]: concludeErrors(tables[0]!),
      [`repeats-${index + 1}`]: byLength.map((runs) => describeRepeats(runs, repeated)).filter((text) => text !== '').join(' '),
      [`table-${index + 1}-full`]: full.map((table) => (isRun(table) ? toMarkdown(table) : `${table.title}: not run.`)).join('\n\n'),
      [`figures-${index + 1}`]: pictures(figures, `${LAPTOP}-${dataset}-`),
    };
  });
  const shown = DATASETS.map((dataset) => selectRuns(results, { preset: LAPTOP, dataset, evaluateOn: 'test' }));
  const tuning = DATASETS.flatMap((dataset) => tuningTables(results, { preset: LAPTOP, dataset }));
  return {
    ...Object.assign({}, ...byDataset),
    tuning: tuning.map(toMarkdown).join('\n\n') || 'Not run.',
    evidence: describeEvidence(shown.flatMap(([first = []]) => first)) + otherSettings(shown),
    'earlier-settings': otherSettings(shown).trim(),
    presets: presetsMarkdown(),
    'trial-count': String(laptop.length - final.length),
    'run-count': String(final.length),
    'bench-short': shortMarkdown(benchmarks),
    'bench-goals': goalsMarkdown(benchmarks),
    'bench-floors': floorsMarkdown(benchmarks),
    'bench-times': timesMarkdown(benchmarks),
    'bench-scaling': scalingMarkdown(benchmarks),
    precision: precisionMarkdown(results),
    costs: costsMarkdown(final),
    machines: describeMachines(laptop),
  } as Contents;
}

/** Where runs with other settings of the preset are, if there are any, and what difference they show. @param shown for each data set its recipes, the one of the report first. */
function otherSettings(shown: readonly (readonly (readonly RunResult[])[])[]): string {
  if (!shown.some(({ length }) => length > 1)) {
    return '';
  }
  const earlier = shown.some(([first = []]) => !first.every(hasPresentSettings));
  const differences = shown.flatMap(([, ...others]) => others.flatMap(pairedDifferences)).filter(({ measure }) => measure === 'top1Error');
  const found = differences.map(({ epochs, mean, halfWidth, adjustedPValue }) => `${signedPlusMinus(mean, halfWidth)} points at ${epochs} epochs${adjustedPValue === null ? '' : ` (corrected p ${pEquals(adjustedPValue)})`}`);
  return ` ${earlier ? 'They were made with earlier settings of the preset; runs with the present ones, of fewer seeds so far,' : 'Runs with earlier settings of the preset'} are in the [appendix](docs/appendix.md#tables-1-and-2)${found.length === 0 ? '' : `; there SAM minus SGD is ${found.join(', ')}`}.`;
}

/** How strong the evidence of a preset's finished runs is, in one sentence. */
function describeEvidence(runs: readonly RunResult[]): string {
  const finished = runs.filter((run) => run.status === 'finished');
  const sizes = [...new Set(finished.map(({ config: { dataset, method, epochs } }) => `${dataset} ${method} ${epochs}`))].map(
    (cell) => finished.filter(({ config: { dataset, method, epochs } }) => `${dataset} ${method} ${epochs}` === cell).length,
  );
  if (sizes.length === 0) {
    return 'No run is stored yet, so nothing is claimed.';
  }
  const { lowest: fewest, highest: most } = requireFiniteRange('describeEvidence: expected cells', sizes);
  return most === 1
    ? 'Every cell rests on one run. One run says nothing about the scatter between seeds, so a difference between two cells is an observation and not yet an effect of SAM.'
    : `The cells rest on ${fewest === most ? fewest : `${fewest} to ${most}`} seeds each. A difference is claimed only where the paired test of runs with the same seed finds it at a level of 5 %, corrected by Holm's procedure for the tests of its table.${drawNote(drawnConfigs(finished)).map((note) => ` ${note}`).join('')}`;
}

/** The presets with the number of runs that each makes. */
function presetsMarkdown(): string {
  const rows = PRESETS.map((preset) => {
    const configs = presetConfigs(preset);
    const trials = [...new Set(configs.map(({ dataset }) => dataset))].flatMap((dataset) => tuningConfigs(preset, dataset)).length;
    const group = Object.entries(PRESET_GROUPS).find(([, members]) => members.includes(preset.name))?.[0] ?? preset.name;
    return `| \`${group}\` | \`${preset.name}\` | ${preset.description} | ${configs.length}${trials > 0 ? ` and ${trials} trials` : ''} |`;
  });
  return ['| `--preset` | Makes | What it is | Runs |', '|---|---|---|---:|', ...rows].join('\n');
}

/** The figures whose names start in one of these ways as Markdown images, with their titles for those who do not see them. */
export function pictures(figures: NamedFigures, ...prefixes: readonly string[]): string {
  return Object.entries(figures)
    .filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)))
    .map(([name, figure]) => `![${titleOf(figure)}](figures/${name}.${isThreeDimensional(figure) ? 'png' : 'svg'})`)
    .join('\n\n') || 'No figure: not run.';
}
