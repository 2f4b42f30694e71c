import { meanInterval, type Interval } from './interval';
import { pairedTest, type PairedTest } from './pairedTest';
import type { EpochRecord, RunResult } from './result';

/** What the runs of a comparison have equal: passes over the images, or gradients of a batch. */
export type Budget = 'epochs' | 'gradients';

/** What a comparison reads of a run, of whatever kind. */
export interface JudgedResult extends Pick<RunResult, 'status' | 'final' | 'gradientEvaluations'> {
  readonly config: { readonly seed: number; readonly epochs: number };
  readonly history: readonly Pick<EpochRecord, 'trainTop1Error'>[];
}

/** One run of a comparison. */
export interface ComparedRun<Result extends JudgedResult = RunResult> {
  readonly label: string;
  readonly budget: Budget;
  readonly result: Result;
}

/** A method under a budget, over its seeds. Errors and differences are in percent of the test images; null where there is nothing to tell. */
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
  readonly differenceHalfWidth: number | null;
  /** Of the paired t test of that difference. */
  readonly pValue: number | null;
}

/**
 * The rows of a comparison: budget by budget, in the order in which the methods first appear.
 *
 * @param base label of the base optimizer, against whose runs with the same seeds the others are tested.
 */
export function comparisonRows(runs: readonly ComparedRun<JudgedResult>[], base: string): readonly ComparisonRow[] {
  const labels = [...new Set(runs.map(({ label }) => label))];
  return (['epochs', 'gradients'] as const).flatMap((budget) => {
    const ofBudget = (wanted: string): readonly JudgedResult[] => runs.filter((run) => run.budget === budget && run.label === wanted).map(({ result }) => result);
    return labels.flatMap((label) => {
      const results = ofBudget(label);
      return results.length === 0 ? [] : [row(label, budget, results, label === base ? [] : ofBudget(base))];
    });
  });
}

function row(method: string, budget: Budget, results: readonly JudgedResult[], baseResults: readonly JudgedResult[]): ComparisonRow {
  const finished = results.filter(isFinished);
  const top1 = interval(finished.map(({ final }) => final.top1Error));
  const top5 = interval(finished.map(({ final }) => final.top5Error));
  const test = testAgainst(finished, baseResults.filter(isFinished));
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
    differenceHalfWidth: test?.halfWidth ?? null,
    pValue: test?.pValue ?? null,
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
function testAgainst(results: readonly FinishedResult[], baseResults: readonly FinishedResult[]): PairedTest | undefined {
  const pairs = results.flatMap((result) => {
    const partner = baseResults.find(({ config }) => config.seed === result.config.seed);
    return partner ? [[result.final.top1Error, partner.final.top1Error] as const] : [];
  });
  return pairs.length === 0 ? undefined : pairedTest(pairs.map(([value]) => value), pairs.map(([, reference]) => reference));
}
