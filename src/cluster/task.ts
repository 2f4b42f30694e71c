/** A program: a task of a Slurm job array. Makes the run of its number; `src/setup/task.mjs` starts it, with the submission's folder. */
import { experimentFolders } from '../experiment/folders';
import { runId } from '../experiment/store';
import { reportProblem } from '../command/commandProblem';
import { attemptRun, type Attempt } from './attempt';
import { thisOwner } from './owner';
import { runFiles, writeError } from './runFiles';
import { stepText } from './runText';
import { readSettled } from './settledRun';
import { requeueTask, taskWord } from './slurm';
import { readSubmission, storeOf } from './submission';

/** How often a task whose process was killed is tried again. */
const TRIES_AFTER_A_KILL = 3;
/** Milliseconds between two lines of the log that tell how far the run is. */
const LINE_INTERVAL = 30_000;

/** Whether the task should be put back into the queue, and why. */
async function reasonToRequeue(attempt: Attempt, task: string, warned: boolean): Promise<string | undefined> {
  // A task that Slurm cancels or requeues itself no longer counts as running. One that it has only asked to end would count as
  // completed if it ended now, and would not be resumed.
  if (attempt.kind === 'stopped' && ['RUNNING', undefined].includes(await taskWord(task))) {
    return `${warned ? 'its time on the node was nearly over' : 'it was asked to end, and Slurm counts it as running'}; a checkpoint is stored`;
  }
  // Slurm says how often it has requeued the task. A run that is killed each time must not be requeued for ever.
  const restarts = Number(process.env['SLURM_RESTART_COUNT'] ?? 0);
  return attempt.kind === 'killed' && attempt.signal === 'SIGKILL' && restarts < TRIES_AFTER_A_KILL ? attempt.message : undefined;
}

function lineReporter(): Parameters<typeof attemptRun>[1]['onStep'] & {} {
  let toldAt = -Infinity;
  return (step) => {
    if (performance.now() - toldAt >= LINE_INTERVAL) {
      toldAt = performance.now();
      console.log(stepText(step));
    }
  };
}

async function runTask(folder: string): Promise<number> {
  const { tasks, plan, again } = readSubmission(folder);
  const store = storeOf(folder);
  const { task } = thisOwner();
  const planned = tasks[Number(process.env['SLURM_ARRAY_TASK_ID'])];
  if (planned === undefined || task === undefined) {
    throw new Error(`task: expected SLURM_ARRAY_TASK_ID from 0 to ${tasks.length - 1}, got ${process.env['SLURM_ARRAY_TASK_ID'] ?? 'nothing'}; Slurm starts this program.`);
  }
  const { run } = await readSettled(planned, plan, store);
  let warned = false;
  const stop = new AbortController();
  process.on('SIGUSR1', () => {
    console.log(`Task ${task}: Slurm warns that its time on the node is nearly over.`);
    warned = true;
    stop.abort();
  });
  // At scancel, and when a more urgent job takes the node. Slurm announces a grace period before that only to the job's steps, or,
  // where the cluster sends the user signal at preemption, like the warning before the time limit.
  process.on('SIGTERM', () => {
    console.log(`Task ${task}: Slurm asks it to end.`);
    stop.abort();
  });
  console.log(`Task ${task}: ${runId(run.config)}`);
  const attempt = await attemptRun(run, { plan, store, again, signal: stop.signal, onStep: lineReporter() });
  console.log(`Task ${task}: ${attempt.kind}${attempt.kind === 'held' ? ` by ${attempt.by}` : ''}${'message' in attempt ? `: ${attempt.message}` : ''}`);
  const reason = await reasonToRequeue(attempt, task, warned);
  if (reason !== undefined) {
    console.log(`Task ${task} goes back into the queue: ${reason}.`);
    try {
      await requeueTask(task);
    } catch (error) {
      const folders = experimentFolders(run.kind, store);
      writeError(folders, runFiles(folders, runId(run.config)), `It could not be put back into the queue; submit the grid again, and it resumes. ${(error as Error).message}`, '');
      throw error;
    }
    return 0;
  }
  return attempt.kind === 'failed' || attempt.kind === 'killed' ? 1 : 0;
}

runTask(process.argv[2]!).then(
  (code) => {
    process.exitCode = code;
  },
  reportProblem,
);
