import { basename, join } from 'node:path';
import { PROJECT_ROOT } from '../files/projectRoot';
import { directive, filePattern, inQuotes } from './sbatchText';

/** What a user asks of Slurm. */
export interface SlurmRequest {
  readonly partition?: string;
  /** Time limit of a task, in Slurm's notation, such as "4:00:00". */
  readonly time?: string;
  /** Generic resources of a task, such as "gpu:1". */
  readonly gres?: string;
  /** Tasks that may run at once. */
  readonly arrayLimit?: number;
  readonly cpusPerTask: number;
  /** Seconds before the time limit at which a task is warned. */
  readonly warning: number;
  /** Further options of sbatch, each as it would stand on its command line. */
  readonly sbatch: readonly string[];
}

/** A word as a shell reads it back. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Graphics cards in a request of generic resources: "gpu", "gpu:2" and "gpu:a100:2" ask for 1, 2 and 2. */
function gpusIn(gres: string): number {
  return gres
    .split(',')
    .filter((resource) => /^(gres[:/])?gpu(:|$)/.test(resource))
    .reduce((sum, resource) => sum + Number(/:(\d+)$/.exec(resource)?.[1] ?? 1), 0);
}

/** Graphics cards that a task is given: those of `gres`, or of sbatch's own options for them, such as `--gpus=2` or `-G a100:2`. */
export function gpusAsked({ gres = '', sbatch }: Pick<SlurmRequest, 'gres' | 'sbatch'>): number {
  const others = sbatch.flatMap((option) => {
    const [, cards] = /^(?:--gpus(?:-per-(?:task|node))?[= ]|-G ?)(.+)$/.exec(option) ?? [];
    const [, resources] = /^--gres[= ](.+)$/.exec(option) ?? [];
    return [cards === undefined ? '' : `gpu:${cards}`, resources ?? ''];
  });
  return Math.max(...[gres, ...others].map(gpusIn));
}

/** Options of sbatch that the script sets itself, or that would submit nothing or something else. */
const OURS = ['array', 'job-name', 'output', 'error', 'open-mode', 'signal', 'requeue', 'no-requeue', 'chdir', 'wrap', 'parsable', 'test-only', 'wait'];
const OURS_SHORT = ['a', 'J', 'o', 'e', 'D', 'W'];

function refuseOurs(option: string): void {
  const [, long, short] = /^(?:--([\w-]+)|-([A-Za-z]))/.exec(option) ?? [];
  if ((long !== undefined && OURS.includes(long)) || (short !== undefined && OURS_SHORT.includes(short))) {
    throw new RangeError(`arrayScript: ${option} cannot be a further option of sbatch: the job script has one of its own, by which tasks find their runs and logs. Leave it out.`);
  }
}

/**
 * The job script of an array with a task a run.
 *
 * The script calls `node` without a path, so that each machine uses its own. `exec` replaces the shell by that process, so
 * Slurm's warning reaches it.
 *
 * @param folder the submission's folder; logs go there too.
 * @throws RangeError if a path or an option holds what a line of a job script cannot, or a further option is one of
 * those that the script sets itself.
 */
export function arrayScript(folder: string, tasks: number, request: SlurmRequest): string {
  const { partition, time, gres, arrayLimit, cpusPerTask, warning, sbatch } = request;
  sbatch.forEach(refuseOurs);
  const options = [
    `--job-name=${basename(folder)}`,
    `--array=0-${tasks - 1}${arrayLimit === undefined ? '' : `%${arrayLimit}`}`,
    '--requeue',
    `--signal=B:USR1@${warning}`,
    '--ntasks=1',
    `--cpus-per-task=${cpusPerTask}`,
    '--open-mode=append',
    `--output=${inQuotes(join(filePattern(folder), '%a.log'))}`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(gres === undefined ? [] : [`--gres=${gres}`]),
    ...sbatch,
  ];
  return [
    '#!/bin/bash',
    ...options.map(directive),
    `cd ${quoted(PROJECT_ROOT)} || exit 1`,
    `exec node src/setup/task.mjs ${quoted(folder)}`,
    '',
  ].join('\n');
}
