import type { ExperimentConfig } from './config';
import { holmAdjusted } from './holm';
import { meanInterval, type Interval } from './interval';
import { pairedTest, type PairedTest } from './pairedTest';
import { detectableDifference } from './power';
import type { EpochRecord, RunResult } from './result';

/** What is equal for the runs of a comparison: passes over the images, or gradients of a batch. */
export type Budget = 'epochs' | 'gradients';

/** What a comparison reads from a run of any kind. */
export interface JudgedResult extends Pick<RunResult, 'status' | 'final' | 'gradientEvaluations'> {
  readonly config: { readonly seed: number; readonly epochs: number; readonly selection?: ExperimentConfig['selection'] };
  readonly history: readonly Pick<EpochRecord, 'trainTop1Error'>[];
}

/** One run of a comparison. */
export interface ComparedRun<Result extends JudgedResult = RunResult> {
  readonly label: string;
  readonly budget: Budget;
  readonly result: Result;
}

/** A method under a budget, over its seeds. Errors and differences are in percent of the test images; null where there is no value. */
export interface ComparisonRow {
  readonly method: string;
  readonly budget: Budget;
  readonly epochs: number;
  /** Mean over the finished runs; null without any. */
  readonly gradientEvaluations: number | null;
  /** Finished runs. */
  readonly n: number;
  /** Their seeds, such as "0, 1, 2". */
  readonly seeds: string;
  /** Seeds of runs that diverged; they are in no mean. */
  readonly divergedSeeds: string;
  /** Error on the training images as they were seen in the last epoch, mean over the finished runs. */
  readonly trainTop1Error: number | null;
  readonly top1Error: number | null;
  /** Half width of the 95 % interval of Student's t. */
  readonly top1HalfWidth: number | null;
  readonly top5Error: number | null;
  readonly top5HalfWidth: number | null;
  /** Mean difference in top-1 error from the base optimizer's run of the same budget and seed; negative is better. Null for the base itself. */
  readonly difference: number | null;
  /** Half the 95 % interval of that difference, uncorrected. Null where the epoch of one side was chosen by its test error, which biases the difference. */
  readonly differenceHalfWidth: number | null;
  /** Of the paired t test of that difference; null where the half width is. */
  readonly pValue: number | null;
  /** The same, corrected by Holm's procedure for the `tests` of all rows together. */
  readonly adjustedPValue: number | null;
  /** Pairs of runs with the same seed behind the difference. */
  readonly pairs: number;
  /** Number of tests in all rows: the family that is corrected for. */
  readonly tests: number;
  /**
   * The smallest difference, in points, that this test would have found with a power of 80 % at a level of 5 % / `tests`, with as
   * many pairs and differences of the same standard deviation.
   */
  readonly detectable: number | null;
  /** Mean difference in test loss from the same runs of the base, in nats, and half its 95 % interval. It is not tested. */
  readonly lossDifference: number | null;
  readonly lossDifferenceHalfWidth: number | null;
}

/** Level of a whole family of tests. */
export const FAMILY_LEVEL = 0.05;

/**
 * The rows of a comparison: budget by budget, in the order in which the methods first appear.
 *
 * @param base label of the base optimizer, against whose runs with the same seeds the others are tested.
 */
export function comparisonRows(runs: readonly ComparedRun<JudgedResult>[], base: string): readonly ComparisonRow[] {
  const labels = [...new Set(runs.map(({ label }) => label))];
  const rows = (['epochs', 'gradients'] as const).flatMap((budget) => {
    const ofBudget = (wanted: string): readonly JudgedResult[] => runs.filter((run) => run.budget === budget && run.label === wanted).map(({ result }) => result);
    return labels.flatMap((label) => {
      const results = ofBudget(label);
      return results.length === 0 ? [] : [row(label, budget, results, label === base ? [] : ofBudget(base))];
    });
  });
  return inFamily(rows);
}

type UncorrectedRow = Omit<ComparisonRow, 'adjustedPValue' | 'tests' | 'detectable'>;

/** Completes rows with the values that depend on the number of tests; rows of several comparisons in one table are one family. */
export function inFamily(rows: readonly UncorrectedRow[]): readonly ComparisonRow[] {
  const tested = rows.filter((row) => row.pValue !== null);
  const adjusted = new Map(holmAdjusted(tested.map(({ pValue }) => pValue!)).map((p, index) => [tested[index], p]));
  const tests = tested.length;
  return rows.map((row) => {
    const adjustedPValue = adjusted.get(row) ?? null;
    return { ...row, adjustedPValue, tests, detectable: adjustedPValue === null ? null : detectableDifference(row.differenceHalfWidth!, row.pairs, { level: FAMILY_LEVEL / tests }) };
  });
}

function row(method: string, budget: Budget, results: readonly JudgedResult[], baseResults: readonly JudgedResult[]): UncorrectedRow {
  const finished = results.filter(isFinished);
  const top1 = interval(finished.map(({ final }) => final.top1Error));
  const top5 = interval(finished.map(({ final }) => final.top5Error));
  const pairs = pairsOf(finished, baseResults.filter(isFinished));
  const test = testOf(pairs, ({ top1Error }) => top1Error);
  const loss = testOf(pairs, ({ loss: value }) => value);
  // The lowest error of all epochs is below that of the last one by construction, so it is not tested.
  const chosen = pairs.some((pair) => pair.some(({ config }) => config.selection === 'bestOnTest'));
  return {
    method,
    budget,
    epochs: results[0]!.config.epochs,
    gradientEvaluations: interval(finished.map(({ gradientEvaluations }) => gradientEvaluations))?.mean ?? null,
    n: finished.length,
    seeds: seedList(finished),
    divergedSeeds: seedList(results.filter((result) => !isFinished(result))),
    trainTop1Error: interval(finished.flatMap(({ history }) => history.at(-1)?.trainTop1Error ?? []))?.mean ?? null,
    top1Error: top1?.mean ?? null,
    top1HalfWidth: top1?.halfWidth ?? null,
    top5Error: top5?.mean ?? null,
    top5HalfWidth: top5?.halfWidth ?? null,
    difference: test?.difference ?? null,
    differenceHalfWidth: chosen ? null : (test?.halfWidth ?? null),
    pValue: chosen ? null : (test?.pValue ?? null),
    pairs: pairs.length,
    lossDifference: loss?.difference ?? null,
    lossDifferenceHalfWidth: chosen ? null : (loss?.halfWidth ?? null),
  };
}

type FinishedResult = JudgedResult & { readonly final: NonNullable<RunResult['final']> };

function isFinished(result: JudgedResult): result is FinishedResult {
  return result.status === 'finished' && result.final !== null;
}

function interval(values: readonly number[]): Interval | undefined {
  return values.length === 0 ? undefined : meanInterval(values);
}

function seedList(results: readonly JudgedResult[]): string {
  return results.map(({ config }) => config.seed).sort((a, b) => a - b).join(', ');
}

/** Runs of both methods with the same seed are a pair: they start from the same weights and see the same images in the same order. */
function pairsOf(results: readonly FinishedResult[], baseResults: readonly FinishedResult[]): readonly (readonly [FinishedResult, FinishedResult])[] {
  return results.flatMap((result) => {
    const partner = baseResults.find(({ config }) => config.seed === result.config.seed);
    return partner ? [[result, partner] as const] : [];
  });
}

function testOf(pairs: readonly (readonly [FinishedResult, FinishedResult])[], measure: (final: FinishedResult['final']) => number): PairedTest | undefined {
  const [values, references] = ([0, 1] as const).map((side) => pairs.map((pair) => measure(pair[side].final)));
  return pairs.length === 0 ? undefined : pairedTest(values!, references!);
}
