import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrayScript, gpusAsked, type SlurmRequest } from './arrayScript';
import { estimateText, gridCost } from './cost';
import { estimateSeconds } from './estimate';
import { fetchDatasets } from './fetchDatasets';
import { trialsOf, type GridPlan, type PlannedRun } from './gridPlan';
import { planKey, queuedRuns, unstoredRuns } from './queue';
import { checkScript, hasSlurm, nodeNames, requireSbatch, submitScript, type QueuedTask } from './slurm';
import { checkShared, checkWritable } from './storeCheck';
import { createSubmission, submissionsFolder } from './submission';

/** How a grid is handed to Slurm. */
export interface SubmitOptions {
  readonly store: string;
  readonly request: SlurmRequest;
  readonly again: boolean;
  /** Leaves out the question whether other nodes see the store. */
  readonly storeIsShared: boolean;
  /** Whether configurations of unknown cost are measured here first. */
  readonly measure: boolean;
  readonly stop: AbortSignal;
}

/** What is left of a grid for Slurm: the trials, then the runs, each of them one job array. */
interface Stages {
  readonly trials: readonly PlannedRun[];
  readonly runs: readonly PlannedRun[];
}

type Queue = ReadonlyMap<string, QueuedTask>;

/** The runs without a result that no task of Slurm is to make already. */
async function stagesLeft(plan: GridPlan, queue: Queue, options: Pick<SubmitOptions, 'store' | 'again'>): Promise<Stages> {
  const left = async (planned: readonly PlannedRun[]): Promise<readonly PlannedRun[]> => (await unstoredRuns(planned, plan, options)).filter((run) => !queue.has(planKey(run)));
  return { trials: await left(plan.trials), runs: await left(plan.runs) };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Prints the job scripts of what is left of a grid; writes and submits nothing, and needs no Slurm. */
export async function printScripts(plan: GridPlan, options: Pick<SubmitOptions, 'store' | 'again' | 'request'>): Promise<void> {
  const { trials, runs } = await stagesLeft(plan, (await hasSlurm()) ? await queuedRuns(options.store) : new Map<string, QueuedTask>(), options);
  for (const [what, tasks] of [['trial', trials], ['run', runs]] as const) {
    if (tasks.length > 0) {
      console.log(`# ${count(tasks.length, what)}${what === 'run' && trials.length > 0 ? ', after the trials' : ''}\n`);
      console.log(arrayScript(join(submissionsFolder(options.store), `samlab-${plan.name}-dry-run`), tasks.length, options.request));
    }
  }
  if (trials.length + runs.length === 0) {
    console.log('Nothing is left to submit: every run has a result or is in the queue.');
  }
}

/** Writes the job script of an array into a new submission. @returns the submission's folder and the script. */
function prepareArray(plan: GridPlan, tasks: readonly PlannedRun[], predictedSeconds: readonly (number | null)[], { store, request, again }: SubmitOptions): { folder: string; script: string } {
  const folder = createSubmission(store, { plan, tasks, predictedSeconds, again, cores: request.cpusPerTask, gpus: gpusAsked(request) });
  const script = join(folder, 'job.sh');
  writeFileSync(script, arrayScript(folder, tasks.length, request));
  return { folder, script };
}

/** The jobs after which runs can start: those that make the trials that decide their settings. */
function jobsBefore(runs: readonly PlannedRun[], plan: GridPlan, queue: Queue, trialJob: string | undefined): readonly string[] {
  const needed = new Set(runs.flatMap((run) => trialsOf(run, plan)).map(planKey));
  const queued = [...needed].flatMap((key) => queue.get(key)?.job ?? []);
  return [...new Set([...(trialJob === undefined ? [] : [trialJob]), ...queued])];
}

/** Has Slurm look at all arrays before it gets the first, and submits them. @returns the jobs. */
async function submitStages(plan: GridPlan, stages: Stages, queue: Queue, seconds: readonly (number | null)[], options: SubmitOptions): Promise<readonly string[]> {
  const { trials, runs } = stages;
  const arrays = [
    ...(trials.length > 0 ? [{ what: 'trial', tasks: trials, ...prepareArray(plan, trials, seconds.slice(0, trials.length), options) }] : []),
    ...(runs.length > 0 ? [{ what: 'run', tasks: runs, ...prepareArray(plan, runs, seconds.slice(trials.length), options) }] : []),
  ];
  const jobs: string[] = [];
  try {
    for (const { script } of arrays) {
      await checkScript(script);
    }
    for (const { what, tasks, folder, script } of arrays) {
      const before = what === 'run' ? jobsBefore(runs, plan, queue, trials.length > 0 ? jobs[0] : undefined) : [];
      const job = await submitScript(script, before.length > 0 ? [`--dependency=afterany:${before.join(':')}`] : []);
      jobs.push(job);
      console.log(`Submitted job ${job}: ${count(tasks.length, what)}${before.length > 0 ? `, after job ${before.join(' and ')}` : ''}. Logs: ${folder}`);
    }
  } catch (error) {
    arrays.slice(jobs.length).forEach(({ folder }) => rmSync(folder, { recursive: true }));
    throw error;
  }
  return jobs;
}

/**
 * Submits what is left of a grid: an array with a task for each run that has no result and that is not in the queue yet.
 * Trials that decide settings go into an array of their own, and the runs wait for it.
 *
 * @throws Error before anything is submitted, if there is no Slurm, if Slurm refuses the job, or if the store cannot be
 *   written or is not shared.
 */
export async function submitGrid(plan: GridPlan, options: SubmitOptions): Promise<void> {
  const { store, request, storeIsShared, measure, stop } = options;
  await requireSbatch();
  checkWritable(store, plan);
  if (!storeIsShared) {
    checkShared(store, await nodeNames());
  }
  const queue = await queuedRuns(store);
  const stages = await stagesLeft(plan, queue, options);
  const tasks = [...stages.trials, ...stages.runs];
  console.log(`${plan.name}: ${count(plan.trials.length + plan.runs.length, 'run')}, trials included; ${tasks.length} have no result and are not in the queue.`);
  if (tasks.length === 0) {
    return;
  }
  await fetchDatasets(tasks);
  const machine = { cores: request.cpusPerTask, gpus: gpusAsked(request) };
  const seconds = await estimateSeconds(tasks, { store, kind: machine, measure, stop });
  console.log(estimateText(tasks.length, gridCost(seconds, machine)));
  if (stop.aborted) {
    return;
  }
  const jobs = await submitStages(plan, stages, queue, seconds, options);
  console.log(`Follow:  npm run experiment -- --status    or  squeue --jobs ${jobs.join(',')}\nCancel:  scancel ${jobs.join(' ')}`);
}
