import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How a program ended. */
interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The environment without variables that a user has set for Slurm's programs: they change what these print, and for sbatch they
 * override the lines of a job script.
 */
function plainEnvironment(ours: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SQUEUE|SINFO|SACCTMGR|SCONTROL)_/.test(name) && !ours.includes(name)));
}

/** Variables of sbatch for options that each job script has. */
const SCRIPT_HAS = ['SBATCH_JOB_NAME', 'SBATCH_ARRAY_INX', 'SBATCH_OUTPUT', 'SBATCH_ERROR', 'SBATCH_OPEN_MODE', 'SBATCH_REQUEUE', 'SBATCH_NO_REQUEUE', 'SBATCH_SIGNAL', 'SBATCH_CPUS_PER_TASK', 'SBATCH_NTASKS', 'SBATCH_WAIT', 'SBATCH_TEST_ONLY'];
/** Variables for options that it has if they were asked for. */
const SCRIPT_MAY_HAVE = { partition: 'SBATCH_PARTITION', time: 'SBATCH_TIMELIMIT', gres: 'SBATCH_GRES' } as const;

/** Variables of sbatch that would override lines of a job script. */
function overriding(script: string): readonly string[] {
  return [...SCRIPT_HAS, ...Object.entries(SCRIPT_MAY_HAVE).flatMap(([option, name]) => (script.includes(`\n#SBATCH --${option}=`) ? [name] : []))];
}

function run(program: string, args: readonly string[], without: readonly string[] = []): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 64 * 1024 * 1024, env: plainEnvironment(without) }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr }));
  });
}

/** Runs one of Slurm's programs. @throws Error with Slurm's own message, or that there is no Slurm here. */
async function slurm(program: string, args: readonly string[], without: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, without);
  if (code === 'ENOENT') {
    throw new Error(`${program} is not on the path. Log in to a machine of the cluster, load its Slurm module if it has one, or leave out --on slurm to run here.`);
  }
  if (code !== 0) {
    throw new Error(`Slurm refuses (${[program, ...args].join(' ')}):\n${(stderr.trim() || stdout.trim()).replace(/^/gm, '  ')}`);
  }
  return stdout;
}

/** What one of Slurm's programs prints; undefined if there is no such program or it fails. */
export async function askSlurm(program: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stdout } = await run(program, args);
  return code === 0 ? stdout : undefined;
}

/** @throws Error if jobs cannot be submitted from here. */
export async function requireSbatch(): Promise<void> {
  await slurm('sbatch', ['--version']);
}

/** Asks Slurm whether it would take a job script; nothing is submitted. @throws Error with Slurm's own message. */
export async function checkScript(script: string): Promise<void> {
  await slurm('sbatch', ['--test-only', script], overriding(readFileSync(script, 'utf8')));
}

/** Submits a job script. @returns the job's number. @throws Error with Slurm's own message. */
export async function submitScript(script: string, args: readonly string[]): Promise<string> {
  // "412", or "412;cluster" where several clusters share a controller.
  return (await slurm('sbatch', ['--parsable', ...args, script], overriding(readFileSync(script, 'utf8')))).trim().split(';')[0]!;
}

/** A task of a job array that Slurm has and that has not ended. */
export interface QueuedTask {
  readonly jobName: string;
  readonly job: string;
  readonly index: number;
  /** Slurm's name of the state, such as RUNNING or PENDING. */
  readonly state: string;
  /** Slurm's name of the reason why it waits, or the node that it runs on. */
  readonly reason: string;
}

/** All tasks that wait or run, of the arrays with these names, whoever submitted them. */
export async function queuedTasks(jobNames: readonly string[]): Promise<QueuedTask[]> {
  if (jobNames.length === 0) {
    return [];
  }
  const output = await slurm('squeue', ['--noheader', '--array', `--name=${jobNames.join(',')}`, '--format=%j|%F|%K|%T|%R']);
  return output
    .split('\n')
    .map((line) => line.trim().split('|'))
    .filter((fields) => fields.length === 5)
    .map(([jobName, job, index, state, reason]) => ({ jobName: jobName!, job: job!, index: Number(index), state: state!, reason: reason!.replace(/^\((.*)\)$/, '$1') }));
}

/** Whether there is a Slurm to ask. */
export async function hasSlurm(): Promise<boolean> {
  return (await run('squeue', ['--version'])).code === 0;
}

/** Slurm's name of a task's state, such as RUNNING; "" if it has ended, undefined where Slurm cannot be asked. */
export async function taskWord(task: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await run('squeue', ['--noheader', '--array', `--jobs=${task}`, '--format=%T']);
  if (code !== 0) {
    return stderr.includes('Invalid job id') ? '' : undefined;
  }
  return stdout.trim();
}

/**
 * Whether a task holds a node. A task that waits, as after a requeue, holds none; one that Slurm does not know has ended.
 *
 * @returns "active" also where Slurm cannot be asked.
 */
export async function taskState(task: string): Promise<'active' | 'ended'> {
  const word = await taskWord(task);
  return word !== undefined && ['', 'PENDING', 'REQUEUED', 'REQUEUE_HOLD'].includes(word) ? 'ended' : 'active';
}

/** Puts a running task back into the queue; Slurm ends its processes. @throws Error with Slurm's own message. */
export async function requeueTask(task: string): Promise<void> {
  await slurm('scontrol', ['requeue', task]);
}

/** Names of the cluster's nodes. */
export async function nodeNames(): Promise<string[]> {
  return [...new Set((await slurm('sinfo', ['--noheader', '--format=%n'])).split('\n').filter((name) => name !== ''))];
}
