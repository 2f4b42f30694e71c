import { runId } from '../experiment/store';
import type { GridPlan, PlannedRun } from './gridPlan';
import { settledRun, storedResult } from './settledRun';
import { queuedTasks, type QueuedTask } from './slurm';
import { readSubmissions } from './submission';

/** Names a planned run, whether or not trials have decided its settings yet. */
export function planKey({ kind, config }: PlannedRun): string {
  return `${kind} ${runId(config)}`;
}

/** The Slurm tasks that wait or run, by the key of the planned run that they are to make. */
export async function queuedRuns(store: string): Promise<ReadonlyMap<string, QueuedTask>> {
  const submissions = new Map(readSubmissions(store).map((submission) => [submission.name, submission]));
  const tasks = await queuedTasks([...submissions.keys()]);
  const entries = tasks.flatMap((task) => {
    const run = submissions.get(task.jobName)?.tasks[task.index];
    return run === undefined ? [] : ([[planKey(run), task]] as const);
  });
  return new Map(entries);
}

/** The planned runs that have no result, or all of them if they are to be made again. */
export async function unstoredRuns(planned: readonly PlannedRun[], plan: GridPlan, { store, again }: { readonly store: string; readonly again: boolean }): Promise<readonly PlannedRun[]> {
  if (again) {
    return planned;
  }
  const stored = await Promise.all(
    planned.map(async (run) => {
      const { kind, config } = await settledRun(run, plan, store);
      return storedResult(kind, config, store);
    }),
  );
  return planned.filter((_, index) => stored[index] === undefined);
}
