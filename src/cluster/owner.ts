import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { taskState } from './slurm';

/** A process that makes a run. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process started, in clock ticks since the machine did: process numbers are reused. */
  readonly started: string;
  /** The Slurm task that the process is, such as "412_3". */
  readonly task?: string;
}

/** When a process of this machine started, or undefined if there is none of that number. */
function startOf(pid: number): string | undefined {
  try {
    // The name of the program, in brackets, may hold spaces; the start is field 22, so the 20th after it (proc(5)).
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19];
  } catch {
    return undefined;
  }
}

/** This process, and the Slurm task that it runs in, if any. */
export function thisOwner(environment: NodeJS.ProcessEnv = process.env): Owner {
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task } = environment;
  return {
    host: hostname(),
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    ...(job === undefined || task === undefined ? {} : { task: `${job}_${task}` }),
  };
}

/** "Slurm task 412_3 on node7", or "process 815 on laptop". */
export function describeOwner({ host, pid, task }: Owner): string {
  return task === undefined ? `process ${pid} on ${host}` : `Slurm task ${task} on ${host}`;
}

/**
 * Whether an owner still works. On this machine the process table knows; of a task elsewhere Slurm does. Where neither
 * can be asked the answer is yes: a run that waits is better than one that is made twice.
 *
 * @param me an owner that is the same task before it was requeued has ended.
 */
export async function isAlive(owner: Owner, me: Owner): Promise<boolean> {
  if (owner.host === me.host) {
    return startOf(owner.pid) === owner.started;
  }
  if (owner.task === undefined) {
    return true;
  }
  return owner.task !== me.task && (await taskState(owner.task)) === 'active';
}
