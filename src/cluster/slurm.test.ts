import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { readResults, runId } from '../experiment/store';
import { readError, runFiles } from './runFiles';
import { experiment, numbersOf, SMALL_RUNS } from './testing/grid';
import { whyNoSlurm } from './testing/slurm';
import { TestSubmission } from './testing/submission';

/** Two runs, and one that fails: 40 images do not fill a batch of 100. */
const GRID = { changes: SMALL_RUNS, grid: { batchSize: [10, 20, 100] } };

const reason = whyNoSlurm();
void test('a real Slurm makes a grid with the numbers of a local one, though a task is killed and another meets its time limit', { ...(reason === undefined ? {} : { skip: reason }), timeout: 300_000 }, async (t) => {
  const grid = await TestSubmission.start(t, GRID);
  const { slurm, plan, store } = grid;
  const submit = ['--time', '1', '--warning', '60', '--partition', 'test'];
  const job = await grid.submit(...submit);
  assert.match(job.output, /Submitted job \d+: 3 runs\./);
  const here = join(grid.folder, 'local');
  const local = experiment(['--grid', grid.file, '--store', here]);

  // One run is paused until its time limit is over. Another is killed.
  const limited = await grid.hold(job, 1);
  const killed = await grid.hold(job, 0);
  process.kill(killed.pid, 'SIGKILL');
  await grid.untilLogged(job, 0, 'ended by SIGKILL');

  const second = await grid.command('--on', 'slurm', ...submit);
  assert.match(second.output, /small: 3 runs, trials included; [01] have no result and are not in the queue/);
  await grid.untilLogged(job, 1, 'Slurm warns', 90);
  process.kill(limited.pid, 'SIGCONT');
  await grid.untilLogged(job, 1, 'goes back into the queue');
  const { output: status } = await experiment(['--status', '--store', store], slurm.environment);
  assert.match(status, /\n {2}cifar10-resnet20-sam-8-epochs-seed-0-\w+ +batchSize=20 +queued +resumes at epoch \d\/8, BeginTime \(Slurm task \d+_1\)/);
  const folders = experimentFolders('quick', store);
  assert.ok(existsSync(join(folders.checkpoints, `${runId(plan.runs[1]!.config)}.safetensors`)));
  await grid.untilDone();
  for (const index of [0, 1]) {
    assert.match(slurm.call('scontrol', 'show', 'job', `${job.job}_${index}`), /Restarts=[1-9]/);
  }

  assert.equal((await local).code, 1);
  const files = plan.runs.map(({ config }) => runFiles(folders, runId(config)));
  const made = await readResults(folders.results);
  assert.equal(made.length, 2, files.map((one) => readError(one)).join('\n'));
  assert.deepEqual(numbersOf(made), numbersOf(await readResults(experimentFolders('quick', here).results)));
  assert.match(readError(files[2]!) ?? '', /expected batches of at most 40 images/);
  const third = await grid.command('--on', 'slurm', ...submit, '--dry-run');
  assert.match(third.output, /^# 1 run\n[^]*--array=0-0\n/);
});
