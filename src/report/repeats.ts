import type { RunResult } from '../experiment/result';
import { METHOD_NAMES } from './recipe';

/** The runs behind each mean, SGD before SAM, by seed. */
function groupsOf(runs: readonly RunResult[], repeated: readonly RunResult[]): readonly (readonly RunResult[])[] {
  const averaged = runs.filter(({ averagedOver }) => averagedOver !== undefined);
  const order = ({ config }: RunResult): number => 2 * config.seed + (config.method === 'sgd' ? 0 : 1);
  return [...averaged].sort((a, b) => order(a) - order(b)).map(({ id }) => repeated.filter((run) => run.id === id));
}

/**
 * Which runs were made again with the settings and seeds of stored ones, by a version of the program or on a machine that differs in rounding alone,
 * and their errors. Empty where there are none.
 *
 * @param runs with means, of one recipe and one length of training.
 * @param repeated as `averageRepeats` returns them.
 */
export function describeRepeats(runs: readonly RunResult[], repeated: readonly RunResult[]): string {
  const groups = groupsOf(runs, repeated);
  if (groups.length === 0) {
    return '';
  }
  const seeds = [...new Set(groups.map(([first]) => first!.config.seed))];
  const errors = seeds.map((seed) => {
    const ofSeed = groups.filter(([first]) => first!.config.seed === seed);
    return `seed ${seed}: ${ofSeed.map((group) => `${shortName(group[0]!.config.method)} ${group.map(({ final }) => final!.top1Error.toFixed(2)).join(' and ')} %`).join(', ')}`;
  });
  return `Trained again with a difference in rounding alone, a run ends elsewhere (${errors.join('; ')}); such a seed counts once, with the mean of its runs.`;
}

/** The cells whose numbers are means of several runs, for captions: "SGD, seeds 0, 1: means of 2 runs that differ in rounding alone." Empty where there are none. */
export function repeatsNote(runs: readonly RunResult[]): string {
  const averaged = runs.filter(({ averagedOver }) => averagedOver !== undefined);
  const counts = [...new Set(averaged.map(({ averagedOver }) => averagedOver!))];
  const cells = (['sgd', 'sam'] as const).map((method) => {
    const seeds = [...new Set(averaged.filter(({ config }) => config.method === method).map(({ config }) => config.seed))].sort((a, b) => a - b);
    return { name: shortName(method), seeds: seeds.join(', '), several: seeds.length > 1 };
  }).filter(({ seeds }) => seeds !== '');
  if (cells.length === 0) {
    return '';
  }
  const [first] = cells;
  const alike = cells.length === 2 && cells.every(({ seeds }) => seeds === first!.seeds);
  const named = alike ? [`${first!.several ? 'Seeds' : 'Seed'} ${first!.seeds}`] : cells.map(({ name, seeds, several }) => `${name}, ${several ? 'seeds' : 'seed'} ${seeds}`);
  return `${named.join('; ')}: means of ${counts.length === 1 ? counts[0] : 'several'} runs that differ in rounding alone.`;
}

function shortName(method: RunResult['config']['method']): string {
  return METHOD_NAMES[method].replace(' (no SAM)', '');
}
