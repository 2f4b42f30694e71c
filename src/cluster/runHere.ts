import { attemptRun, type Attempt, type AttemptOptions } from './attempt';
import type { PlannedRun } from './gridPlan';
import type { RunStep } from './runMessage';
import { readSettled } from './settledRun';

/** What happened to one run of a grid. */
export interface RunOutcome {
  readonly run: PlannedRun;
  readonly attempt: Attempt;
}

/** How a grid is run on this machine, and what is called on the way. */
export interface RunHereOptions extends Omit<AttemptOptions, 'onStep'> {
  /** Runs at once. */
  readonly jobs: number;
  /** Given the run with the settings that its trials have decided. */
  readonly onStart: (run: PlannedRun) => void;
  readonly onStep: (run: PlannedRun, step: RunStep) => void;
  readonly onEnd: (outcome: RunOutcome) => void;
}

/** Makes runs, `jobs` at once, in their order. @returns what became of those that were begun. */
async function makeAll(runs: readonly PlannedRun[], { jobs, onStart, onStep, onEnd, ...options }: RunHereOptions): Promise<RunOutcome[]> {
  const outcomes: RunOutcome[] = [];
  const waiting = runs.values();
  const work = async (): Promise<void> => {
    for (const run of waiting) {
      if (options.signal.aborted) {
        return;
      }
      onStart((await readSettled(run, options.plan, options.store)).run);
      const outcome = { run, attempt: await attemptRun(run, { ...options, onStep: (step) => onStep(run, step) }) };
      outcomes.push(outcome);
      onEnd(outcome);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return outcomes;
}

/**
 * Makes a grid on this machine: first the trials that decide settings, then the runs. The error of a run that fails is
 * stored where its result would be, and the others go on.
 *
 * @returns what became of each run that was begun before `signal` was aborted.
 */
export async function runHere(options: RunHereOptions): Promise<readonly RunOutcome[]> {
  const trials = await makeAll(options.plan.trials, options);
  return [...trials, ...(await makeAll(options.plan.runs, options))];
}
