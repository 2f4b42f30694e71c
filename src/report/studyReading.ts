import type { ComparisonRow } from '../experiment/comparisonRows';
import type { ExperimentConfig } from '../experiment/config';
import type { MethodStudy } from './methodStudies';

/** Points below the error of guessing at which a network counts as not trained. */
const NEAR_CHANCE = 5;
/** Points below it at which a network has hardly begun to train. */
const HARDLY_TRAINED = 10;
/** Errors of guessing, in percent. */
const CHANCE: Readonly<Record<ExperimentConfig['dataset'], number>> = { cifar10: 90, cifar100: 99 };
/** Level of a single test. */
export const LEVEL = 0.05;

/**
 * What a comparison with a base optimizer supports, in sentences that follow from its rows alone: which methods differ from the base
 * beyond the scatter of seeds, which have too few runs to tell, which did not train.
 */
export function readStudy({ rows, dataset }: Pick<MethodStudy, 'rows' | 'dataset'>): string {
  const chance = CHANCE[dataset];
  const [base, ...others] = rows;
  const made = others.filter(({ n }) => n > 0);
  if (base === undefined || base.n === 0 || made.length === 0) {
    return 'Nothing can be said yet: not run.';
  }
  const tested = made.filter(({ pValue }) => pValue !== null);
  const clear = tested.filter(({ pValue }) => pValue! < LEVEL);
  const single = made.filter(({ pValue, difference }) => pValue === null && difference !== null);
  const untrained = [base, ...made].filter((row) => row.trainTop1Error !== null && !trains(row, dataset));
  const diverged = rows.filter(({ divergedSeeds }) => divergedSeeds !== '');
  const sentences = [
    clear.length > 0 && `Against ${base.method}, the paired test finds a difference for ${clear.map(verdict).join('; ')}.`,
    tested.length > clear.length && `${clear.length > 0 ? 'It' : `Against ${base.method}, the paired test`} finds no difference at the level of 5 %, and leaves open what lies in the 95 % interval, for ${tested.filter((row) => !clear.includes(row)).map(openRange).join('; ')}.`,
    clear.length > 0 && tested.length > 1 && `With ${tested.length} tests, one of them falls below 5 % by chance in about ${Math.round(100 * (1 - (1 - LEVEL) ** tested.length))} % of such tables.`,
    single.length > 0 && `One run each, so observations and no effects: ${single.map(verdict).join('; ')}.`,
    untrained.length > 0 && `Training error within ${NEAR_CHANCE} points of guessing (${chance} %): ${list(untrained)}.`,
    hardlyTrains(base, dataset) && `${base.method} itself is less than ${HARDLY_TRAINED} points better than guessing (${chance} %), so what the others do to a network that trains is open.`,
    diverged.length > 0 && `With runs that diverged: ${list(diverged)}.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}

/** Whether the training error has left that of guessing. */
export function trains({ trainTop1Error }: ComparisonRow, dataset: ExperimentConfig['dataset']): boolean {
  return trainTop1Error !== null && trainTop1Error <= CHANCE[dataset] - NEAR_CHANCE;
}

/** Whether the training error has left that of guessing by so little that nothing is known of a network that trains. */
export function hardlyTrains(row: ComparisonRow, dataset: ExperimentConfig['dataset']): boolean {
  return trains(row, dataset) && row.trainTop1Error! > CHANCE[dataset] - HARDLY_TRAINED;
}

/** A method with the 95 % interval of its difference. */
function openRange({ method, difference, differenceHalfWidth }: ComparisonRow): string {
  const [low, high] = [-1, 1].map((side) => difference! + side * differenceHalfWidth!);
  return `${method} (${signed(low!)} to ${signed(high!)} points)`;
}

function signed(points: number): string {
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)}`;
}

function verdict({ method, difference }: ComparisonRow): string {
  return `${method} (${Math.abs(difference!).toFixed(2)} points ${difference! < 0 ? 'lower' : 'higher'})`;
}

function list(rows: readonly ComparisonRow[]): string {
  return rows.map(({ method }) => method).join('; ');
}
