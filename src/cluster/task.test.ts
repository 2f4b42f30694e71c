import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { experimentFolders } from '../experiment/folders';
import { runId } from '../experiment/store';
import { PROJECT_ROOT } from '../files/projectRoot';
import { runFiles } from './runFiles';
import { createSubmission } from './submission';
import { SMALL_RUNS, trainingProcess, writeGrid } from './testing/grid';
import { testFolder, testPrograms } from './testing/programs';

/** What a task did when asked to end in the middle of its run. */
interface EndedTask {
  readonly code: number | null;
  readonly output: string;
  /** Calls of Slurm's programs. */
  readonly calls: readonly string[];
  /** Environment of its training process. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a task in an environment with only these variables, and asks it to end once its run has begun. */
async function endTask(t: TestContext, state: string, environment: Readonly<Record<string, string>>): Promise<EndedTask> {
  const store = testFolder(t);
  const { plan } = writeGrid(store, { changes: { ...SMALL_RUNS, epochs: 1000 }, grid: { seed: [0] } });
  const folder = createSubmission(store, { plan, tasks: plan.runs, predictedSeconds: [null], cores: 1, gpus: 0, again: false });
  const programs = testPrograms(t, { squeue: `echo ${state}`, scontrol: '' });
  const job = `${process.pid}`;
  const task = spawn(process.execPath, [join(PROJECT_ROOT, 'src', 'setup', 'task.mjs'), folder], {
    env: { PATH: process.env['PATH']!, SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  [task.stdout, task.stderr].forEach((stream) => stream.setEncoding('utf8').on('data', (text: string) => (output += text)));
  const ended = once(task, 'close');
  const { progress } = runFiles(experimentFolders('quick', store), runId(plan.runs[0]!.config));
  while (!existsSync(progress) && task.exitCode === null) {
    await sleep(20);
  }
  const training = trainingProcess({ SLURM_ARRAY_JOB_ID: job });
  task.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  assert.ok(training, output);
  return { code, output, calls: programs.calls().map((call) => call.replaceAll(job, 'JOB')), environment: training.environment };
}

void test('a running task that Slurm asks to end requeues itself; it trains as commands do, whatever environment the shell passes on', async (t) => {
  const { code, output, calls, environment } = await endTask(t, 'RUNNING', {});
  assert.equal(code, 0, output);
  assert.match(output, /Slurm asks it to end\.[^]*: stopped\n[^]*goes back into the queue: it was asked to end/);
  assert.deepEqual(calls, ['squeue --noheader --array --jobs=JOB_0 --format=%T', 'scontrol requeue JOB_0']);
  assert.match(environment['GLIBC_TUNABLES'] ?? '', /^glibc\.malloc\./);
  assert.equal(environment['TF_CPP_MIN_LOG_LEVEL'], '3');
});

void test("a task that Slurm ends does not requeue itself; the user's own environment wins", async (t) => {
  const { code, output, calls, environment } = await endTask(t, 'COMPLETING', { GLIBC_TUNABLES: 'glibc.malloc.arena_max=2', TF_CPP_MIN_LOG_LEVEL: '2' });
  assert.equal(code, 0, output);
  assert.ok(!calls.some((call) => call.startsWith('scontrol')), calls.join('\n'));
  assert.equal(environment['GLIBC_TUNABLES'], 'glibc.malloc.arena_max=2');
  assert.equal(environment['TF_CPP_MIN_LOG_LEVEL'], '2');
});
