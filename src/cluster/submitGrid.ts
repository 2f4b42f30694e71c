import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../files/atomicFile';
import { arrayScript, gpusAsked, type SlurmRequest } from './arrayScript';
import { estimateText, gridCost } from './cost';
import { estimateSeconds } from './estimate';
import { fetchDatasets } from './fetchDatasets';
import { trialsOf, type GridPlan, type PlannedRun } from './gridPlan';
import { planKey, queuedRuns, unreadableResults, unstoredRuns } from './queue';
import { checkScript, hasSlurm, nodeNames, requireSbatch, submitScript, type QueuedTask } from './slurm';
import { checkShared, checkWritable } from './storeCheck';
import { slurmLimits, type SlurmLimits } from './slurmLimits';
import { createSubmission, jobName, readSubmissions, submissionsFolder } from './submission';

/** How a grid is handed to Slurm. */
export interface SubmitOptions {
  readonly store: string;
  readonly request: SlurmRequest;
  readonly again: boolean;
  /** Skips the check that other nodes see the store. */
  readonly storeIsShared: boolean;
  /** Whether configurations of unknown cost are measured here first. */
  readonly measure: boolean;
  readonly signal: AbortSignal;
}

/** What is left of a grid for Slurm: the trials, then the runs, each of them one job array. */
interface Stages {
  readonly trials: readonly PlannedRun[];
  readonly runs: readonly PlannedRun[];
}

type Queue = ReadonlyMap<string, QueuedTask>;

/** The runs without a result that are not in Slurm's queue. */
async function stagesLeft(plan: GridPlan, queue: Queue, options: Pick<SubmitOptions, 'store' | 'again'>): Promise<Stages> {
  const left = async (planned: readonly PlannedRun[]): Promise<readonly PlannedRun[]> => (await unstoredRuns(planned, plan, options)).filter((run) => !queue.has(planKey(run)));
  return { trials: await left(plan.trials), runs: await left(plan.runs) };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Tasks of one array, and whether they are trials or runs. */
interface Part {
  readonly what: 'trial' | 'run';
  readonly tasks: readonly PlannedRun[];
}

/** The stages in arrays that Slurm takes, trials first. */
function partsOf({ trials, runs }: Stages, { arraySize }: SlurmLimits): readonly Part[] {
  return ([['trial', trials], ['run', runs]] as const).flatMap(([what, all]) =>
    Array.from({ length: Math.ceil(all.length / arraySize) }, (_, index) => ({ what, tasks: all.slice(index * arraySize, (index + 1) * arraySize) })),
  );
}

/** As many tasks as Slurm accepts now, trials first; prints a note if that is not all. @throws Error if it accepts none. */
function withinLimit({ trials, runs }: Stages, { tasks }: SlurmLimits): Stages {
  const all = trials.length + runs.length;
  if (tasks === undefined || all <= tasks.most) {
    return { trials, runs };
  }
  if (tasks.most === 0) {
    throw new Error(`submitGrid: ${count(all, 'run')} are left, and Slurm takes none now: ${tasks.because}. Submit them when some of those in the queue are done. Nothing was submitted.`);
  }
  console.log(`Slurm takes ${tasks.most} of these ${all} now: ${tasks.because}. The first ${tasks.most} are submitted; the same command submits the others when these are done.`);
  return { trials: trials.slice(0, tasks.most), runs: runs.slice(0, Math.max(0, tasks.most - trials.length)) };
}

/** Prints the job scripts of what is left of a grid; writes and submits nothing, and needs no Slurm. */
export async function printScripts(plan: GridPlan, options: Pick<SubmitOptions, 'store' | 'again' | 'request'>): Promise<void> {
  const there = await hasSlurm();
  const left = await stagesLeft(plan, there ? await queuedRuns(options.store) : new Map<string, QueuedTask>(), options);
  const parts = partsOf(left, await slurmLimits());
  for (const { what, tasks } of parts) {
    console.log(`# ${count(tasks.length, what)}${what === 'run' && left.trials.length > 0 ? ', after the trials' : ''}\n`);
    console.log(arrayScript(join(submissionsFolder(options.store), `${jobName(plan.name)}-dry-run`), tasks.length, options.request));
  }
  if (parts.length === 0) {
    console.log('Nothing is left to submit: every run has a result or is in the queue.');
  }
  (await unreadableResults(plan, options.store)).forEach((problem) => console.error(problem));
}

/** A part, and its submission. */
interface PreparedPart extends Part {
  readonly folder: string;
  readonly script: string;
}

/** Writes the job script of an array into a new submission. */
function prepareArray(plan: GridPlan, part: Part, seconds: ReadonlyMap<PlannedRun, number | null>, { store, request, again }: SubmitOptions): PreparedPart {
  const { tasks } = part;
  const predictedSeconds = tasks.map((task) => seconds.get(task) ?? null);
  const folder = createSubmission(store, { plan, tasks, predictedSeconds, again, cores: request.cpusPerTask, gpus: gpusAsked(request) });
  const script = join(folder, 'job.sh');
  writeAtomically(script, [Buffer.from(arrayScript(folder, tasks.length, request))]);
  return { ...part, folder, script };
}

/** The jobs in the queue already that make the trials that decide the settings of runs. */
function queuedTrials(runs: readonly PlannedRun[], plan: GridPlan, queue: Queue): readonly string[] {
  const needed = new Set(runs.flatMap((run) => trialsOf(run, plan)).map(planKey));
  return [...needed].flatMap((key) => queue.get(key)?.job ?? []);
}

/** Has Slurm check all arrays, and then submits them. @returns the jobs. */
async function submitParts(plan: GridPlan, parts: readonly Part[], queue: Queue, seconds: ReadonlyMap<PlannedRun, number | null>, options: SubmitOptions): Promise<readonly string[]> {
  const prepared: PreparedPart[] = [];
  const jobs: { readonly job: string; readonly what: Part['what'] }[] = [];
  const jobsOf = (what: Part['what']): readonly string[] => jobs.filter((one) => one.what === what).map(({ job }) => job);
  try {
    parts.forEach((part) => prepared.push(prepareArray(plan, part, seconds, options)));
    for (const { script } of prepared) {
      await checkScript(script);
    }
    for (const { what, tasks, folder, script } of prepared) {
      // A limit of tasks at once holds for each array by itself, so of two arrays the second waits for the first.
      const inTurn = options.request.arrayLimit === undefined ? [] : jobsOf(what).slice(-1);
      const before = [...new Set([...(what === 'run' ? [...jobsOf('trial'), ...queuedTrials(tasks, plan, queue)] : []), ...inTurn])];
      const job = await submitScript(script, before.length > 0 ? [`--dependency=afterany:${before.join(':')}`] : []);
      jobs.push({ job, what });
      console.log(`Submitted job ${job}: ${count(tasks.length, what)}${before.length > 0 ? `, after job ${before.join(' and ')}` : ''}. Logs: ${folder}`);
    }
  } catch (error) {
    prepared.slice(jobs.length).forEach(({ folder }) => rmSync(folder, { recursive: true }));
    throw new Error(`${(error as Error).message}\n${refusalAdvice(jobs.map(({ job }) => job))}`, { cause: error });
  }
  return jobs.map(({ job }) => job);
}

/** Advice for when Slurm has refused an array. */
function refusalAdvice(submitted: readonly string[]): string {
  const state = submitted.length === 0 ? 'Nothing was submitted.' : `What was submitted before stays: job ${submitted.join(' and ')}.`;
  return `${state} If it is too much at once for this cluster, take a part of the grid by its settings (such as --seed 0), and the next when that is done.`;
}

/**
 * Submits what is left of a grid: arrays with a task for each run that has no result and that is not in the queue yet,
 * split by Slurm's limit of an array's size. Trials that decide settings go into arrays of their own, and the
 * runs wait for them. Where Slurm takes fewer tasks than are left, the first are submitted.
 *
 * @throws Error before anything is submitted, if there is no Slurm, if Slurm refuses the job, or if the store cannot be
 *   written or is not shared.
 */
export async function submitGrid(plan: GridPlan, options: SubmitOptions): Promise<void> {
  const { store, request, storeIsShared, measure, signal } = options;
  // Refuses an option or a path that no job script can hold before anything is written.
  arrayScript(submissionsFolder(store), 1, request);
  await requireSbatch();
  checkWritable(store, plan);
  if (!storeIsShared) {
    checkShared(store, await nodeNames());
  }
  const queue = await queuedRuns(store);
  const left = await stagesLeft(plan, queue, options);
  const missing = left.trials.length + left.runs.length;
  console.log(`${plan.name}: ${count(plan.trials.length + plan.runs.length, 'run')}, trials included; ${missing} have no result and are not in the queue.`);
  const unreadable = [...(options.again ? [] : await unreadableResults(plan, store)), ...readSubmissions(store).problems];
  unreadable.forEach((problem) => console.error(problem));
  if (missing === 0) {
    return;
  }
  const limits = await slurmLimits();
  const stages = withinLimit(left, limits);
  const tasks = [...stages.trials, ...stages.runs];
  await fetchDatasets(tasks);
  const machine = { cores: request.cpusPerTask, gpus: gpusAsked(request) };
  const seconds = await estimateSeconds(tasks, { store, kind: machine, measure, signal });
  console.log(estimateText(tasks.length, gridCost(seconds, machine)));
  if (signal.aborted) {
    return;
  }
  const jobs = await submitParts(plan, partsOf(stages, limits), queue, new Map(tasks.map((task, index) => [task, seconds[index] ?? null])), options);
  console.log(`Follow:  npm run experiment -- --status    or  squeue --jobs ${jobs.join(',')}\nCancel:  scancel ${jobs.join(' ')}`);
}
