import { availableParallelism } from 'node:os';
import { shownPath } from '../command/shownPath';
import type { Attempt } from './attempt';
import { comparisonText, estimateText, gridCost } from './cost';
import { estimateSeconds, thisMachine } from './estimate';
import { fetchDatasets } from './fetchDatasets';
import type { GridPlan } from './gridPlan';
import { planKey, unstoredRuns } from './queue';
import { runHere, type RunOutcome } from './runHere';
import { checkWritable } from './storeCheck';
import { createSubmission } from './submission';
import { terminalReport } from './terminal';

/** How a grid is run in this terminal. */
export interface GridHereOptions {
  readonly store: string;
  readonly jobs: number;
  readonly again: boolean;
  /** Whether configurations of unknown cost are measured first. */
  readonly measure: boolean;
  readonly signal: AbortSignal;
}

type Estimates = ReadonlyMap<string, number | null>;

/** Prints what the remaining runs will cost, and stores the grid for `--status`. @returns the estimate of each, in seconds. */
async function announce(plan: GridPlan, { store, again, measure, signal, jobs }: GridHereOptions): Promise<Estimates> {
  const tasks = [...(await unstoredRuns(plan.trials, plan, { store, again })), ...(await unstoredRuns(plan.runs, plan, { store, again }))];
  if (tasks.length < 2) {
    return new Map();
  }
  if (jobs > 1) {
    await fetchDatasets(tasks);
  }
  const seconds = await estimateSeconds(tasks, { store, kind: thisMachine(), measure, signal });
  const cores = availableParallelism();
  console.log(estimateText(tasks.length, gridCost(seconds, { cores, gpus: 0 })));
  createSubmission(store, { plan, tasks, predictedSeconds: seconds, again, cores, gpus: 0 });
  return new Map(tasks.map((run, index) => [planKey(run), seconds[index]!]));
}

function isMade(attempt: Attempt): attempt is Extract<Attempt, { kind: 'done' }> {
  return attempt.kind === 'done';
}

/** Prints how far off the estimate was, over the runs that were made and had one. */
function compare(outcomes: readonly RunOutcome[], estimates: Estimates): void {
  const made = outcomes.flatMap(({ run, attempt }) => {
    const predicted = estimates.get(planKey(run)) ?? null;
    return isMade(attempt) && predicted !== null ? [{ predicted, actual: attempt.result.seconds }] : [];
  });
  if (made.length > 0) {
    const cost = (seconds: number[]): ReturnType<typeof gridCost> => gridCost(seconds, { cores: availableParallelism(), gpus: 0 });
    console.log(comparisonText(cost(made.map(({ predicted }) => predicted)), cost(made.map(({ actual }) => actual))));
  }
}

/**
 * Makes a grid in this terminal, and prints its cost before and after.
 *
 * @returns the process's exit code: 0 if every run has a result or another process makes it, 1 if some failed, 130 if it was stopped.
 * @throws Error if the store cannot be written.
 */
export async function gridHere(plan: GridPlan, options: GridHereOptions): Promise<number> {
  const { store, jobs, again, signal } = options;
  checkWritable(store, plan);
  const estimates = await announce(plan, options);
  const outcomes = await runHere({ plan, store, jobs, again, signal, ...terminalReport(plan, { store, jobs }) });
  compare(outcomes, estimates);
  const failed = outcomes.flatMap(({ attempt }) => (attempt.kind === 'failed' || attempt.kind === 'killed' ? [attempt] : []));
  if (failed.length > 0 && outcomes.length > 1) {
    console.error(`${failed.length} of ${outcomes.length} runs failed; the same command tries them again. The reasons are above, and in:`);
    failed.forEach(({ file }) => console.error(`  ${shownPath(file)}`));
  }
  return signal.aborted ? 130 : failed.length > 0 ? 1 : 0;
}
