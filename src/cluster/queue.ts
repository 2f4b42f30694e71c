import { runId } from '../experiment/store';
import type { GridPlan, PlannedRun } from './gridPlan';
import { readSettled } from './settledRun';
import { queuedTasks, type QueuedTask } from './slurm';
import { readSubmissions } from './submission';

/** A key of a planned run, which is the same before and after trials have decided its settings. */
export function planKey({ kind, config }: PlannedRun): string {
  return `${kind} ${runId(config)}`;
}

/** The Slurm tasks that wait or run, by the key of the planned run that they are to make. */
export async function queuedRuns(store: string): Promise<ReadonlyMap<string, QueuedTask>> {
  const submissions = new Map(readSubmissions(store).submissions.map((submission) => [submission.name, submission]));
  const tasks = await queuedTasks([...submissions.keys()]);
  const entries = tasks.flatMap((task) => {
    const run = submissions.get(task.jobName)?.tasks[task.index];
    return run === undefined ? [] : ([[planKey(run), task]] as const);
  });
  return new Map(entries);
}

/** The planned runs that have no result, or all of them if they are to be made again. A run whose result cannot be read counts as one with a result: it is not simply made again. */
export async function unstoredRuns(planned: readonly PlannedRun[], plan: GridPlan, { store, again }: { readonly store: string; readonly again: boolean }): Promise<readonly PlannedRun[]> {
  if (again) {
    return planned;
  }
  const stored = await Promise.all(planned.map((run) => readSettled(run, plan, store)));
  return planned.filter((_, index) => {
    const found = stored[index]!;
    return 'result' in found && found.result === undefined;
  });
}

/** What is wrong with stored results of a plan that cannot be read, a line each. */
export async function unreadableResults({ trials, runs }: GridPlan, store: string): Promise<readonly string[]> {
  const stored = await Promise.all([...trials, ...runs].map((run) => readSettled(run, { name: '', trials, runs }, store)));
  return [...new Set(stored.flatMap((found) => ('problem' in found ? [found.problem] : [])))];
}
