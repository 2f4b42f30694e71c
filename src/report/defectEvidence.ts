import type { ExperimentConfig } from '../experiment/config';
import { FAMILY_LEVEL, type ComparisonRow } from '../experiment/comparisonRows';
import { holmAdjusted } from '../experiment/holm';
import { detectableDifference } from '../experiment/power';
import { PUBLISHED_DEFECTS } from '../experiment/publishedDefects';
import type { RunResult } from '../experiment/result';
import { clipIsRun } from './clipCounterfactual';
import { rowBeside, runsWith, type Settings } from './matchedRuns';
import { detectableText, pEquals, plusMinus } from './differenceText';
import type { MethodStudyName } from './methodStudies';
import { recordsToMarkdown, type Headings } from './recordTable';
import { hardlyTrains, trains } from './studyReading';

/** A defect of the original's code beside the same training without it, as text. */
export interface DefectEvidence {
  readonly defect: string;
  readonly control: string;
  /** Top-1 errors in percent. */
  readonly withIt: string;
  readonly without: string;
  readonly follows: string;
}

/** Title of the table. */
export const DEFECT_EVIDENCE_TITLE = "What the runs show of each defect of the original's code — quick runs on a small budget";

/** Headings of the columns. */
export const DEFECT_EVIDENCE_HEADINGS: Headings = {
  defect: 'Defect',
  control: 'Compared with',
  withIt: 'Error with it, %',
  without: 'Error without, %',
  follows: 'What follows on this budget',
};

interface Pair {
  readonly defect: string;
  readonly control: string;
  readonly preset: MethodStudyName;
  /** Whether the original's clip, which has another bound, decides. */
  readonly clip?: boolean;
  /** Settings that select runs of the preset. */
  readonly withIt: Settings;
  readonly without: Settings;
}

/**
 * Fewest pairs whose interval is said to rule something out. With fewer, no paired test without the assumption of a normal
 * distribution can reach 5 %: n equal signs have p = 2 / 2^n, which is 0.03 at n = 6 and 0.06 at 5.
 */
const ENOUGH_PAIRS = 6;

const { asamForm, perCoordinateRadius, noProjection, fgsmAsItRan, learningRate, selectionOnTest, cutoutPerBatch } = PUBLISHED_DEFECTS;
const { batchSize } = learningRate;
const SAM: Settings = { method: 'sam', selection: 'last', cutout: 0, batchSize: 50 };
const OF_SAM = { control: 'SAM', preset: 'defects', without: SAM } as const;
const OF_FGSM = { ...OF_SAM, clip: true } as const;
const METHODS = [['sgd', 'SGD'], ['sam', 'SAM']] as const;

const PAIRS: readonly Pair[] = [
  { ...OF_FGSM, defect: 'FGSM, T = 2: radius for each coordinate', withIt: { ...perCoordinateRadius, ascentProjection: true } },
  { ...OF_FGSM, defect: 'FGSM, T = 2: no projection', withIt: { ...noProjection, radiusIn: 'twoNorm' } },
  { ...OF_FGSM, defect: 'FGSM, T = 2: both', withIt: fgsmAsItRan },
  ...METHODS.flatMap(([method, name]) =>
    ([['defects', 'CIFAR-10'], ['defects-cifar100', 'CIFAR-100']] as const).map(([preset, images]) => ({
      defect: `Learning rate 1 without warm-up, ${name}, ${images}`,
      control: `rate 0.1, batches of ${batchSize}`,
      preset,
      withIt: { method, ...learningRate },
      without: { method, batchSize, learningRate: 0.1 },
    })),
  ),
  { ...OF_SAM, defect: "ASAM's form at SAM's radius", withIt: asamForm },
  { defect: 'One cutout square for a batch', control: 'one for each image', preset: 'defects', withIt: cutoutPerBatch, without: { cutout: 16, cutoutPer: 'image' } },
];

interface Found extends Pair {
  readonly row: ComparisonRow | undefined;
  readonly base: ComparisonRow | undefined;
  /** p corrected for all tests of the table; null where nothing is tested. */
  readonly adjustedPValue: number | null;
  /** Smallest difference that the test could detect, in points. */
  readonly detectable: number | null;
}

/** The pairs with their rows, and how many tests they make together. */
function foundPairs(results: readonly RunResult[]): { readonly found: readonly Found[]; readonly tests: number } {
  const pairs = PAIRS.map((pair) => {
    const [row, base] = rowBeside(runsWith(results, pair.preset, pair.withIt), runsWith(results, pair.preset, pair.without));
    return { ...pair, row, base };
  });
  const tested = pairs.filter(({ row }) => (row?.pValue ?? null) !== null);
  const adjusted = holmAdjusted(tested.map(({ row }) => row!.pValue!));
  const found = pairs.map((pair): Found => {
    const index = tested.indexOf(pair);
    const { row } = pair;
    return {
      ...pair,
      adjustedPValue: adjusted[index] ?? null,
      detectable: index < 0 ? null : detectableDifference(row!.differenceHalfWidth!, row!.pairs, { level: FAMILY_LEVEL / tested.length }),
    };
  });
  return { found, tests: tested.length };
}

/** What the stored runs show of each defect, against the same training without it and with the same seeds. */
export function defectEvidence(results: readonly RunResult[]): readonly DefectEvidence[] {
  const { found } = foundPairs(results);
  const rows = found.map((pair) => {
    const { defect, control, row, base } = pair;
    return { defect, control, withIt: errorOf(row), without: errorOf(base), follows: row && base ? conclusion(pair, row, base, clipIsRun(results)) : 'nothing: not run' };
  });
  return [...rows.slice(0, -1), chosenEpoch(results), ...rows.slice(-1)];
}

/** The epoch of the lowest test error beside the last one of the same runs: the sign of the difference is fixed, so there is nothing to test. */
function chosenEpoch(results: readonly RunResult[]): DefectEvidence {
  // Of a mean over repeats only one run's last epoch is known.
  const runs = runsWith(results, 'defects', { ...SAM, ...selectionOnTest }).filter(({ status, final, averagedOver }) => status === 'finished' && final !== null && averagedOver === undefined);
  const row = { defect: 'Epoch chosen by test error', control: 'the last epoch of the same runs' };
  const pairs = runs.flatMap(({ final, history }) => {
    const last = history.at(-1)?.heldOut?.top1Error;
    return last === undefined ? [] : [{ chosen: final!.top1Error, last }];
  });
  if (pairs.length === 0) {
    return { ...row, withIt: 'not run', without: 'not run', follows: 'nothing: not run' };
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const gains = pairs.map(({ chosen, last }) => last - chosen);
  return {
    ...row,
    withIt: mean(pairs.map(({ chosen }) => chosen)).toFixed(2),
    without: mean(pairs.map(({ last }) => last)).toFixed(2),
    follows: `lower by ${mean(gains).toFixed(2)} points in the mean of ${gains.length} runs and by ${Math.max(...gains).toFixed(2)} at most; it cannot be higher, so nothing is tested`,
  };
}

function errorOf(row: ComparisonRow | undefined): string {
  return row === undefined ? 'not run' : row.top1Error === null ? 'diverged' : plusMinus(row.top1Error, row.top1HalfWidth);
}

/** What the rows of FGSM leave open, since the original's clip has another bound. */
function ofTheOriginal(clipRun: boolean): string {
  return clipRun
    ? "whether radius or clip kept the original's from training: see the rows with its clip, section 3.3"
    : "the original's cause is open: its clip, had it worked, was at 0.001 for each coordinate, which no row has";
}

function conclusion(pair: Found, row: ComparisonRow, base: ComparisonRow, clipRun: boolean): string {
  const texts = [withoutCause(pair, row, base), pair.clip && ofTheOriginal(clipRun)];
  return texts.filter((text) => typeof text === 'string').join('; ');
}

function withoutCause({ preset, adjustedPValue, detectable }: Found, row: ComparisonRow, base: ComparisonRow): string {
  const dataset: ExperimentConfig['dataset'] = preset === 'defects-cifar100' ? 'cifar100' : 'cifar10';
  if (!trains(base, dataset)) {
    return 'nothing: without it this network stays near chance too';
  }
  if (!trains(row, dataset)) {
    return 'with it this network stays near chance';
  }
  if (row.difference === null || row.pValue === null || adjustedPValue === null) {
    return 'an observation: too few runs';
  }
  const difference = `${plusMinus(Math.abs(row.difference), row.differenceHalfWidth)} points ${row.difference < 0 ? 'lower' : 'higher'}, p ${pEquals(row.pValue)}, corrected p ${pEquals(adjustedPValue)}`;
  const verdict = adjustedPValue < FAMILY_LEVEL ? `the error is ${difference}` : `no difference found (${difference}); ${whatIsOpen(row, detectable)}`;
  return hardlyTrains(base, dataset) ? `${verdict}; without it this network itself hardly trains, so nothing follows for one that does` : verdict;
}

/** What a difference that was not found leaves possible, given what its test could detect, in points. */
export function whatIsOpen({ difference, differenceHalfWidth, pairs }: ComparisonRow, detectable: number | null): string {
  const farthest = Math.abs(difference!) + differenceHalfWidth!;
  const excluded = pairs >= ENOUGH_PAIRS ? `, and more than ${farthest.toFixed(2)} points are ruled out` : ` (${pairs} pairs rule nothing out)`;
  return `the test could detect ${detectableText({ detectable }) === 'none' ? 'no possible difference' : `${detectableText({ detectable })} points`}${excluded}`;
}

/** The table of `defectEvidence` in GitHub's Markdown. */
export function defectEvidenceMarkdown(results: readonly RunResult[]): string {
  const table = recordsToMarkdown(DEFECT_EVIDENCE_TITLE, defectEvidence(results), DEFECT_EVIDENCE_HEADINGS);
  return `${table}\n\n*${defectEvidenceNote(results)}*`;
}

/** The note below the table: what its numbers are, and the size of the family of tests. */
export function defectEvidenceNote(results: readonly RunResult[]): string {
  const { tests } = foundPairs(results);
  return `Means over seeds ± half the 95 % interval of Student t; tests in pairs of the same seed, corrected by Holm's procedure for the ${tests} of this table. "Detectable": the smallest difference that a test would have found with a power of 80 %, at 5 % for all together.`;
}
