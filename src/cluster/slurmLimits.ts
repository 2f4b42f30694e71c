import { userInfo } from 'node:os';
import { askSlurm } from './slurm';

/** How many tasks a cluster accepts. */
export interface SlurmLimits {
  /** Tasks of one array: their numbers run from 0 to below Slurm's MaxArraySize. */
  readonly arraySize: number;
  /** Tasks that can be submitted now, and which of Slurm's limits decides; undefined where none is known. */
  readonly tasks?: { readonly most: number; readonly because: string };
}

/** Slurm's own default of MaxArraySize (slurm.conf(5)). */
const DEFAULT_ARRAY_SIZE = 1001;

function settingIn(configuration: string | undefined, name: string): number | undefined {
  const text = new RegExp(`^${name}\\s*=\\s*(\\d+)`, 'm').exec(configuration ?? '')?.[1];
  return text === undefined ? undefined : Number(text);
}

/** The lowest MaxSubmitJobs of the user's associations and of the qualities of service that these name; undefined where there is no accounting, or no limit. */
async function mostSubmitted(): Promise<number | undefined> {
  const own = await askSlurm('sacctmgr', ['--noheader', '--parsable2', 'show', 'assoc', `user=${userInfo().username}`, 'format=MaxSubmitJobs']);
  const limits = (own ?? '').split('\n').filter((line) => /^\d+$/.test(line.trim())).map(Number);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

async function countJobs(args: readonly string[]): Promise<number> {
  return ((await askSlurm('squeue', ['--noheader', '--array', ...args, '--format=%i'])) ?? '').split('\n').filter((line) => line.trim() !== '').length;
}

/**
 * Asks Slurm for its limits: MaxArraySize and MaxJobCount of its configuration, and MaxSubmitJobs of the user where
 * accounting can be asked. What is in the queue already counts against the last two.
 *
 * @throws Error if the cluster takes no arrays at all.
 */
export async function slurmLimits(): Promise<SlurmLimits> {
  const configuration = await askSlurm('scontrol', ['show', 'config']);
  const arraySize = settingIn(configuration, 'MaxArraySize') ?? DEFAULT_ARRAY_SIZE;
  if (arraySize === 0) {
    throw new Error('slurmLimits: this cluster takes no job arrays (its MaxArraySize is 0); ask its administrators to allow them, or make the runs without --on slurm.');
  }
  const jobCount = settingIn(configuration, 'MaxJobCount');
  const submitted = await mostSubmitted();
  const left = [
    ...(jobCount === undefined ? [] : [{ most: Math.max(0, jobCount - (await countJobs([]))), because: `it holds ${jobCount} jobs in all (MaxJobCount)` }]),
    ...(submitted === undefined ? [] : [{ most: Math.max(0, submitted - (await countJobs([`--user=${userInfo().username}`]))), because: `it takes ${submitted} of yours at once (MaxSubmitJobs)` }]),
  ].sort((a, b) => a.most - b.most);
  return { arraySize, ...(left[0] === undefined ? {} : { tasks: left[0] }) };
}
