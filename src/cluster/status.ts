import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { experimentFolders } from '../experiment/folders';
import { runId } from '../experiment/store';
import { claimHolder } from './claim';
import type { GridPlan, PlannedRun } from './gridPlan';
import { describeOwner, thisOwner, type Owner } from './owner';
import { planKey, queuedRuns } from './queue';
import { readError, readProgress, runFiles, type RunProgress } from './runFiles';
import { durationText, resultText } from './runText';
import { settledRun, storedResult } from './settledRun';
import { hasSlurm, type QueuedTask } from './slurm';

/** Where a run of a grid stands. */
export interface RunStatus {
  readonly id: string;
  readonly state: 'done' | 'diverged' | 'running' | 'queued' | 'failed' | 'stopped' | 'not started';
  /** What there is to say about it, in one line. */
  readonly detail: string;
}

/** "epoch 3/100, 2 h 5 min left". @param now milliseconds since 1970 */
function progressText({ epoch, epochs, secondsLeft, writtenAt }: RunProgress, now: number): string {
  return `epoch ${epoch}/${epochs}, ${durationText(Math.max(0, secondsLeft - (now - writtenAt) / 1000))} left`;
}

/** Words that Slurm has for a task that does not hold a node. */
const WAITING = ['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'REQUEUE_FED', 'SPECIAL_EXIT'];

function runningStatus(id: string, progress: RunProgress | undefined, where: string): RunStatus {
  return { id, state: 'running', detail: `${progress === undefined ? 'starting' : progressText(progress, Date.now())} (${where})` };
}

/** Where a run stands that has no result. */
async function unfinishedStatus(run: PlannedRun, task: QueuedTask | undefined, store: string, me: Owner): Promise<RunStatus> {
  const folders = experimentFolders(run.kind, store);
  const id = runId(run.config);
  const files = runFiles(folders, id);
  const progress = readProgress(files);
  const error = readError(files);
  if (task !== undefined) {
    const where = `Slurm task ${task.job}_${task.index}`;
    if (WAITING.includes(task.state)) {
      return { id, state: 'queued', detail: `${progress === undefined ? '' : `goes on at epoch ${progress.epoch}/${progress.epochs}, `}${task.reason} (${where})` };
    }
    return runningStatus(id, progress, `${where} on ${task.reason}`);
  }
  const holder = await claimHolder(files.claims, me);
  if (holder !== undefined) {
    return runningStatus(id, progress, describeOwner(holder));
  }
  if (error !== undefined) {
    return { id, state: 'failed', detail: error };
  }
  if (existsSync(join(folders.checkpoints, `${id}.safetensors`))) {
    return { id, state: 'stopped', detail: progress === undefined ? '' : `goes on at epoch ${progress.epoch}/${progress.epochs}` };
  }
  return { id, state: 'not started', detail: '' };
}

/** Where the runs of a plan stand, trials first, from the store and, where there is one, from Slurm's queue. */
export async function planStatus(plan: GridPlan, store: string): Promise<readonly RunStatus[]> {
  const queue = (await hasSlurm()) ? await queuedRuns(store) : new Map<string, QueuedTask>();
  const me = thisOwner();
  const statuses: RunStatus[] = [];
  for (const planned of [...plan.trials, ...plan.runs]) {
    const run = await settledRun(planned, plan, store);
    const result = await storedResult(run.kind, run.config, store);
    const task = queue.get(planKey(planned));
    statuses.push(
      result === undefined
        ? await unfinishedStatus(run, task, store, me)
        : { id: result.id, state: result.status === 'diverged' ? 'diverged' : 'done', detail: resultText(result) },
    );
  }
  return statuses;
}

/** The statuses as a table for a terminal, with a line of totals above it. */
export function statusText(name: string, statuses: readonly RunStatus[]): string {
  const states = [...new Set(statuses.map(({ state }) => state))];
  const totals = states.map((state) => `${statuses.filter((status) => status.state === state).length} ${state}`);
  const width = Math.max(...statuses.map(({ id }) => id.length));
  return [`${name}: ${totals.join(', ')}`, ...statuses.map(({ id, state, detail }) => `  ${id.padEnd(width)}  ${state.padEnd(11)}  ${detail}`.trimEnd())].join('\n');
}
