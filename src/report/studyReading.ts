import { FAMILY_LEVEL, type ComparisonRow } from '../experiment/comparisonRows';
import type { ExperimentConfig } from '../experiment/config';
import { detectableText, pEquals } from './differenceText';
import type { MethodStudy } from './methodStudies';

/** A network whose error is less than so many points below chance counts as not trained. */
const NEAR_CHANCE = 5;
/** A network whose error is less than so many points below chance has hardly begun to train. */
const HARDLY_TRAINED = 10;
/** Errors at chance, in percent. */
const CHANCE: Readonly<Record<ExperimentConfig['dataset'], number>> = { cifar10: 90, cifar100: 99 };

/**
 * What a comparison with a base optimizer shows, in sentences that follow from its rows alone: which methods differ from the base
 * beyond the scatter of seeds after a correction for the number of tests, what is left open, and which did not train.
 */
export function describeStudy({ rows, dataset }: Pick<MethodStudy, 'rows' | 'dataset'>): string {
  const chance = CHANCE[dataset];
  const [base, ...others] = rows;
  const made = others.filter(({ n }) => n > 0);
  if (base === undefined || base.n === 0 || made.length === 0) {
    return 'Nothing can be said yet: not run.';
  }
  const tested = made.filter(({ pValue }) => pValue !== null);
  const clear = tested.filter(({ adjustedPValue }) => adjustedPValue! < FAMILY_LEVEL);
  const nominal = tested.filter((row) => !clear.includes(row) && row.pValue! < FAMILY_LEVEL);
  const open = tested.filter((row) => !clear.includes(row) && !nominal.includes(row));
  const single = made.filter(({ pValue, difference, pairs }) => pValue === null && difference !== null && pairs === 1);
  const chosen = made.filter(({ pValue, difference, pairs }) => pValue === null && difference !== null && pairs > 1);
  const untrained = [base, ...made].filter((row) => row.trainTop1Error !== null && !trains(row, dataset));
  const diverged = rows.filter(({ divergedSeeds }) => divergedSeeds !== '');
  const family = `Paired tests against ${base.method}, corrected by Holm's procedure for the ${base.tests === 1 ? 'one that there is' : `${base.tests} of this table`}`;
  const sentences = [
    tested.length > 0 && `${family}, find ${clear.length > 0 ? `a difference in error at the level of 5 % for ${clear.map(verdict).join('; ')}` : 'no difference in error at the level of 5 %'}.`,
    nominal.length > 0 && `Below 5 % only before the correction: ${nominal.map(uncorrected).join('; ')}.`,
    open.length > 0 && `${clear.length > 0 ? 'No difference is found' : 'Open'}, with the 95 % interval of the difference and the smallest one that the test would have found with a power of 80 %: ${open.map(openRange).join('; ')}.`,
    chosen.length > 0 && `Not tested, since an epoch chosen by its test error is low by construction: ${chosen.map(({ method }) => method).join('; ')}.`,
    single.length > 0 && `One pair of runs each, so observations and no effects: ${single.map(verdict).join('; ')}.`,
    untrained.length > 0 && `Training error within ${NEAR_CHANCE} points of chance (${chance} %): ${list(untrained)}.`,
    hardlyTrains(base, dataset) && `${base.method} itself is less than ${HARDLY_TRAINED} points better than chance (${chance} %), so what the others do to a network that trains is open.`,
    diverged.length > 0 && `With runs that diverged: ${list(diverged)}.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}

/** Whether the training error is clearly below chance. */
export function trains({ trainTop1Error }: ComparisonRow, dataset: ExperimentConfig['dataset']): boolean {
  return trainTop1Error !== null && trainTop1Error <= CHANCE[dataset] - NEAR_CHANCE;
}

/** Whether the training error is so little below chance that nothing follows for a network that trains. */
export function hardlyTrains(row: ComparisonRow, dataset: ExperimentConfig['dataset']): boolean {
  return trains(row, dataset) && row.trainTop1Error! > CHANCE[dataset] - HARDLY_TRAINED;
}

/** A method with the 95 % interval of its difference, and what its test could detect. */
function openRange({ method, difference, differenceHalfWidth, detectable }: ComparisonRow): string {
  const [low, high] = [-1, 1].map((side) => difference! + side * differenceHalfWidth!);
  const seen = detectableText({ detectable });
  return `${method} (${signed(low!)} to ${signed(high!)} points; ${seen === 'none' ? 'no possible difference could be detected' : `could detect ${seen}`})`;
}

/** A method with its difference and both p values. */
function uncorrected({ method, difference, pValue, adjustedPValue }: ComparisonRow): string {
  return `${method} (${Math.abs(difference!).toFixed(2)} points ${difference! < 0 ? 'lower' : 'higher'}, p ${pEquals(pValue)}, corrected p ${pEquals(adjustedPValue)})`;
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
