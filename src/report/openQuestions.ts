import { comparisonRows, inFamily, type ComparisonRow } from '../experiment/comparisonRows';
import type { ExperimentConfig } from '../experiment/config';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { detectableText, pText, signedPlusMinus } from './differenceText';
import { rowBeside, runsWith } from './matchedRuns';
import { methodLabel } from '../experiment/methodLabel';
import { notRun, samRadii, variantLabels } from './methodStudies';
import { hasPresentSettings } from './presentSettings';
import { byRecipe, DATASET_NAMES, METHOD_NAMES } from './recipe';
import { recordsToMarkdown, type Headings } from './recordTable';
import { machineOf } from './runCosts';
import { captionOf } from './tables';

/** A network that SAM and SGD were compared on, with the preset whose runs these are. */
interface Place {
  readonly network: string;
  readonly preset: string;
  readonly dataset: ExperimentConfig['dataset'];
  readonly settings: Partial<ExperimentConfig>;
}

/** SAM's radii in the preset `fast-radii`. */
const FAST_RADII = samRadii(presetConfigs(findPreset('fast-radii')));

/** Networks in the order of the original's question: its own stem, the stem for small images, and a network made for small images. */
const PLACES: readonly Place[] = (['cifar10', 'cifar100'] as const).flatMap((dataset): Place[] => [
  ...[100, 200, 400].map((epochs) => ({ network: `ResNet-50, ImageNet stem, ${epochs} epochs`, preset: 'laptop', dataset, settings: { dataset, epochs } })),
  { network: 'ResNet-50, CIFAR stem, 200 epochs', preset: 'corrected', dataset, settings: { dataset, stem: 'cifar', epochs: 200 } },
  dataset === 'cifar10'
    ? { network: 'ResNet-20, 5 epochs', preset: 'family', dataset, settings: { rho: 0.05 } }
    : { network: 'ResNet-20, 5 epochs', preset: 'defects-cifar100', dataset, settings: { learningRate: 0.1 } },
  ...(dataset === 'cifar10' ? FAST_RADII.map((rho) => ({ network: `fast network, 9.9 epochs, ρ = ${rho}, no trials`, preset: 'fast-radii', dataset, settings: { rho } })) : []),
  { network: 'fast network, 9.9 epochs, settings from trials', preset: dataset === 'cifar10' ? 'fast-sgd-sam' : 'fast-cifar100', dataset, settings: { epochs: 9.9 } },
]);

/** The runs of both methods at a place: those of the preset's list, whichever preset stored them; or, where trials choose its settings, the recipe with the most of those that it stored, of equals the one with the present settings. */
function runsOf(results: readonly RunResult[], { preset, dataset, settings }: Place): Readonly<Record<'sam' | 'sgd', readonly RunResult[]>> {
  const shared = without(settings, 'rho');
  const listed = { sam: runsWith(results, preset, { ...settings, method: 'sam' }), sgd: runsWith(results, preset, { ...shared, method: 'sgd' }) };
  if (listed.sam.length > 0 && listed.sgd.length > 0 && findPreset(preset).tuning === undefined) {
    return listed;
  }
  const untuned = without(shared, 'learningRate');
  const stored = results.filter((result) => result.preset === preset && result.config.dataset === dataset && result.config.evaluateOn === 'test' && fits(result.config, untuned));
  const recipes = byRecipe(stored).map((runs) => ({ sam: runs.filter(({ config }) => config.method === 'sam'), sgd: runs.filter(({ config }) => config.method === 'sgd') }));
  const pairs = ({ sam, sgd }: (typeof recipes)[number]): number => Math.min(sam.length, sgd.length);
  const present = ({ sam }: (typeof recipes)[number]): number => Number(sam.every(hasPresentSettings));
  const [most] = [...recipes].sort((a, b) => pairs(b) - pairs(a) || present(b) - present(a));
  return most ?? { sam: [], sgd: [] };
}

function without(settings: Partial<ExperimentConfig>, key: keyof ExperimentConfig): Partial<ExperimentConfig> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => name !== key));
}

function fits(config: ExperimentConfig, settings: Partial<ExperimentConfig>): boolean {
  return Object.entries(settings).every(([key, value]) => config[key as keyof ExperimentConfig] === value);
}

const TESTED: Headings = { difference: 'SAM minus SGD, points', pValue: 'p', adjustedPValue: 'p, Holm', detectable: 'Detectable, points', pairs: 'Pairs' };

function testedCells(row: ComparisonRow): Readonly<Record<string, string>> {
  return {
    difference: row.difference === null ? 'not run' : signedPlusMinus(row.difference, row.differenceHalfWidth),
    pValue: pText(row.pValue),
    adjustedPValue: pText(row.adjustedPValue),
    detectable: detectableText(row),
    pairs: row.pairs === 0 ? '–' : String(row.pairs),
  };
}

/** "Which architectures suit SAM?": its difference from SGD on each network, all of them one family of tests. */
export function architecturesMarkdown(results: readonly RunResult[]): string {
  const rows = inFamily(
    PLACES.map((place) => {
      const { sam, sgd } = runsOf(results, place);
      const [row] = rowBeside(sam, sgd);
      return row ?? notRun(METHOD_NAMES.sam, { epochs: 0 }, 0);
    }),
  );
  const records = rows.map((row, index) => ({ data: DATASET_NAMES[PLACES[index]!.dataset], network: PLACES[index]!.network, preset: `\`${PLACES[index]!.preset}\``, ...testedCells(row) }));
  const table = recordsToMarkdown('SAM minus SGD by network', records, { data: 'Data set', network: 'Network', preset: 'Preset', ...TESTED });
  return `${table}\n\n*Differences in top-1 test error in pairs of the same seed ± half the 95 % interval of Student t; tests corrected by Holm's procedure for the ${rows[0]!.tests} of this table. Networks also differ in images, length and recipe, so a row does not show the effect of its architecture alone.*`;
}

/** "Can it be made cheaper than two gradients?": gradients and time of a run beside its error. */
export function costsOfMethodsMarkdown(results: readonly RunResult[]): string {
  const tuned = results.filter(({ preset, config }) => preset === 'fast-family' && config.evaluateOn === 'test').map((result) => ({ label: methodLabel(result.config), result }));
  return [costTable('Gradients and time beside error, small budget', variantLabels(results, 'family')), costTable('Gradients and time beside error, fast network', tuned)].join('\n\n');
}

function costTable(title: string, runs: readonly { readonly label: string; readonly result: RunResult }[]): string {
  const rows = comparisonRows(runs.map((run) => ({ ...run, budget: 'epochs' as const })), METHOD_NAMES.sgd);
  if (rows.length === 0) {
    return `**${title}**: not run.`;
  }
  const records = rows.map((row) => ({
    method: row.method,
    gradients: row.gradientEvaluations === null ? '–' : Math.round(row.gradientEvaluations).toLocaleString('en-US'),
    minutes: minutesByMachine(runs.filter(({ label }) => label === row.method).map(({ result }) => result)),
    error: row.top1Error?.toFixed(2) ?? '–',
    ...testedCells(row),
    ...(row.method === METHOD_NAMES.sgd ? { difference: '–' } : {}),
  }));
  const table = recordsToMarkdown(title, records, { method: 'Method', gradients: 'Gradients a run', minutes: 'Minutes a run', error: 'Top-1 error, %', ...TESTED, difference: 'Minus SGD, points' });
  return `${table}\n\n*${captionOf(runs.map(({ result }) => result))}. Differences in pairs of the same seed ± half the 95 % interval of Student t; tests corrected by Holm's procedure for the ${rows[0]!.tests} of this table. Minutes are those of the named machine, and comparable only on one machine with the same number of threads.${busyNote(runs.map(({ result }) => result))}*`;
}

/** How much longer a run may take than one of more gradients on the same machine before the machine counts as shared. */
const SHARED = 1.5;

/** A note where times contradict the numbers of gradients, which happens on a shared machine. */
function busyNote(runs: readonly RunResult[]): string {
  const contradicts = runs.some((one) =>
    runs.some((other) => machineOf(one.environment) === machineOf(other.environment) && one.gradientEvaluations < other.gradientEvaluations && one.seconds > SHARED * other.seconds),
  );
  return contradicts ? ' Some runs with fewer gradients took longer than others with more on the same machine, which was shared at the time: here gradients show the cost, and minutes do not.' : '';
}

/** Mean minutes of a run on each machine, since times of several are not comparable. */
function minutesByMachine(runs: readonly RunResult[]): string {
  const machines = [...new Set(runs.map(({ environment }) => machineOf(environment)))];
  return machines.map((machine) => {
    const seconds = runs.filter(({ environment }) => machineOf(environment) === machine).map((run) => run.seconds);
    return `${(seconds.reduce((sum, value) => sum + value, 0) / seconds.length / 60).toFixed(1)} (${machine})`;
  }).join('; ');
}

/** "Which schedule of ρ?": SAM with each schedule against SAM with constant ρ, one family of tests. */
export function schedulesMarkdown(results: readonly RunResult[]): string {
  const of = (rhoSchedule: ExperimentConfig['rhoSchedule']): readonly RunResult[] => results.filter(({ preset, config }) => preset === 'fast-family' && config.method === 'sam' && config.evaluateOn === 'test' && config.rhoSchedule === rhoSchedule);
  const schedules = [['rising', 'rising'], ['falling', 'falling'], ['learningRate', 'as the learning rate']] as const;
  const rows = inFamily(schedules.map(([schedule]) => rowBeside(of(schedule), of('constant'))[0] ?? notRun(schedule, { epochs: 0 }, 0)));
  if (rows.every(({ n }) => n === 0)) {
    return 'Schedules of ρ (rising, falling, and as the learning rate) are built and tested, and their comparison on the fast network, preset `fast-family`, is not run.';
  }
  const records = rows.map((row, index) => ({ schedule: schedules[index]![1], ...testedCells(row) }));
  const table = recordsToMarkdown('Schedules of ρ beside a constant one', records, { schedule: 'Schedule of ρ', ...TESTED, difference: 'Minus constant ρ, points' });
  return `${table}\n\n*Differences in top-1 test error in pairs of the same seed ± half the 95 % interval of Student t; tests corrected by Holm's procedure for the ${rows[0]!.tests} of this table.*`;
}
