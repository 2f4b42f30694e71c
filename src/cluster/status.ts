import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentConfig } from '../experiment/config';
import { experimentFolders } from '../experiment/folders';
import { varyingSettings } from '../experiment/idleSettings';
import { runId } from '../experiment/store';
import { claimHolder } from './claim';
import type { GridPlan, PlannedRun } from './gridPlan';
import { describeOwner, thisOwner, type Owner } from './owner';
import { planKey, queuedRuns } from './queue';
import { readError, readProgress, runFiles, type RunProgress } from './runFiles';
import { durationText, resultText } from './runText';
import { readSettled } from './settledRun';
import { hasSlurm, type QueuedTask } from './slurm';

/** The state of a run of a grid. */
export interface RunStatus {
  readonly id: string;
  readonly config: ExperimentConfig;
  readonly state: 'done' | 'diverged' | 'running' | 'queued' | 'failed' | 'stopped' | 'not started' | 'unreadable';
  /** Details of the state, in one line. */
  readonly detail: string;
}

/** "epoch 3/100, 2 h 5 min left". @param now milliseconds since 1970 */
function progressText({ epoch, epochs, secondsLeft, writtenAt }: RunProgress, now: number): string {
  return `epoch ${epoch}/${epochs}, ${durationText(Math.max(0, secondsLeft - (now - writtenAt) / 1000))} left`;
}

/** The state of a run, without its configuration. */
type Stand = Omit<RunStatus, 'id' | 'config'>;

/** Slurm's states of a task that does not hold a node. */
const WAITING = ['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'REQUEUE_FED', 'SPECIAL_EXIT'];

function runningStatus(progress: RunProgress | undefined, where: string): Stand {
  return { state: 'running', detail: `${progress === undefined ? 'starting' : progressText(progress, Date.now())} (${where})` };
}

/** The state of a run without a result. */
async function unfinishedStatus(run: PlannedRun, task: QueuedTask | undefined, store: string, me: Owner): Promise<Stand> {
  const folders = experimentFolders(run.kind, store);
  const id = runId(run.config);
  const files = runFiles(folders, id);
  const progress = readProgress(files);
  const error = readError(files);
  if (task !== undefined) {
    const where = `Slurm task ${task.job}_${task.index}`;
    if (WAITING.includes(task.state)) {
      return { state: 'queued', detail: `${progress === undefined ? '' : `resumes at epoch ${progress.epoch}/${progress.epochs}, `}${task.reason} (${where})` };
    }
    return runningStatus(progress, `${where} on ${task.reason}`);
  }
  const holder = await claimHolder(files.claims, me);
  if (holder !== undefined) {
    return runningStatus(progress, describeOwner(holder));
  }
  if (error !== undefined) {
    return { state: 'failed', detail: error };
  }
  if (existsSync(join(folders.checkpoints, `${id}.safetensors`))) {
    return { state: 'stopped', detail: progress === undefined ? '' : `resumes at epoch ${progress.epoch}/${progress.epochs}` };
  }
  return { state: 'not started', detail: '' };
}

/** The state of the runs of a plan, trials first, from the store and, where there is one, from Slurm's queue. */
export async function planStatus(plan: GridPlan, store: string): Promise<readonly RunStatus[]> {
  const queue = (await hasSlurm()) ? await queuedRuns(store) : new Map<string, QueuedTask>();
  const me = thisOwner();
  const statuses: RunStatus[] = [];
  for (const planned of [...plan.trials, ...plan.runs]) {
    const found = await readSettled(planned, plan, store);
    const { config } = found.run;
    statuses.push({ id: runId(config), config, ...(await standOf(found, queue.get(planKey(planned)), store, me)) });
  }
  return statuses;
}

async function standOf(found: Awaited<ReturnType<typeof readSettled>>, task: QueuedTask | undefined, store: string, me: Owner): Promise<Stand> {
  if ('problem' in found) {
    return { state: 'unreadable', detail: found.problem };
  }
  const { run, result } = found;
  return result === undefined ? unfinishedStatus(run, task, store, me) : { state: result.status === 'diverged' ? 'diverged' : 'done', detail: resultText(result) };
}

/**
 * The state of the runs of a plan. A run that has nothing stored on real images is looked up on embedded ones, so that a grid
 * made with `--allow-synthetic` is also found without that option.
 */
export async function planStatusAnywhere(plan: GridPlan, store: string): Promise<readonly RunStatus[]> {
  const real = await planStatus(plan, store);
  if (!real.some(({ state }) => state === 'not started')) {
    return real;
  }
  const asQuick = (runs: readonly PlannedRun[]): readonly PlannedRun[] => runs.map((run) => ({ ...run, kind: 'quick' }));
  const quick = await planStatus({ ...plan, trials: asQuick(plan.trials), runs: asQuick(plan.runs) }, store);
  const kinds = [...plan.trials, ...plan.runs].map(({ kind }) => kind);
  return real.map((status, index) => {
    const other = quick[index]!;
    const instead = kinds[index] === 'real' && status.state === 'not started' && other.state !== 'not started';
    return instead ? { ...other, detail: `${other.detail} (with --allow-synthetic, in ${experimentFolders('quick', store).results})`.trimStart() } : status;
  });
}

/** The statuses as a table for a terminal, with a line of totals above it; beside each name the varying settings that are not in it. */
export function statusText(name: string, statuses: readonly RunStatus[]): string {
  const states = [...new Set(statuses.map(({ state }) => state))];
  const totals = states.map((state) => `${statuses.filter((status) => status.state === state).length} ${state}`);
  const varying = varyingSettings(statuses.map(({ config }) => config));
  const names = statuses.map(({ id, config }) => `${id}  ${varying(config)}`.trimEnd());
  const width = names.reduce((longest, { length }) => Math.max(longest, length), 0);
  return [`${name}: ${totals.join(', ')}`, ...statuses.map(({ state, detail }, index) => `  ${names[index]!.padEnd(width)}  ${state.padEnd(11)}  ${detail}`.trimEnd())].join('\n');
}
