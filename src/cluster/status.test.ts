import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { runId, writeResult } from '../experiment/store';
import { claimRun } from './claim';
import { planGrid } from './gridPlan';
import { gridStatus } from './gridStatus';
import { thisOwner } from './owner';
import { runFiles, writeError, writeProgress } from './runFiles';
import { planStatus } from './status';
import { createSubmission } from './submission';
import { testFolder, testPrograms } from './testing/programs';
import { testResult } from './testing/result';

/** Eight runs. */
function eightRuns(folder: string): ReturnType<typeof planGrid> {
  const file = join(folder, 'seeds.json');
  writeFileSync(file, '{"changes": {"model": "resnet20"}, "grid": {"seed": [0, 1, 2, 3, 4, 5, 6, 7]}}');
  return planGrid(file);
}

void test('every state is shown, with its details', async (t) => {
  const store = testFolder(t);
  const plan = eightRuns(store);
  const name = createSubmission(store, { plan, tasks: plan.runs.slice(3, 6), predictedSeconds: [null, null, null], cores: 1, gpus: 0, again: false }).split('/').at(-1)!;
  testPrograms(t, { squeue: `printf '${name}|412|0|RUNNING|node1\\n${name}|412|1|PENDING|(Priority)\\n${name}|412|2|PENDING|(BeginTime)\\n'` });
  const folders = experimentFolders('real', store);
  mkdirSync(folders.checkpoints);
  const files = plan.runs.map(({ config }) => runFiles(folders, runId(config)));
  const progress = { epoch: 3, epochs: 200, secondsLeft: 7530, writtenAt: Date.now() };

  await writeResult(folders.results, testResult(plan.runs[0]!.config, 7.25));
  await writeResult(folders.results, { ...testResult(plan.runs[1]!.config), status: 'diverged', divergence: 'the loss was NaN at step 2 of epoch 1' });
  writeError(folders, files[2]!, 'No space left\n on device', 'Error: something\n    at somewhere');
  writeProgress(files[3]!, progress);
  writeProgress(files[5]!, progress);
  writeProgress(files[6]!, progress);
  writeFileSync(join(folders.checkpoints, `${runId(plan.runs[6]!.config)}.safetensors`), '');

  const statuses = await planStatus(plan, store);
  assert.deepEqual(statuses.map(({ state, detail }) => [state, detail]), [
    ['done', 'test error 7.25 %, top-5 1.00 %, 3 min 22 s'],
    ['diverged', 'diverged: the loss was NaN at step 2 of epoch 1'],
    ['failed', 'No space left on device'],
    ['running', 'epoch 3/200, 2 h 5 min left (Slurm task 412_0 on node1)'],
    ['queued', 'Priority (Slurm task 412_1)'],
    ['queued', 'resumes at epoch 3/200, BeginTime (Slurm task 412_2)'],
    ['stopped', 'resumes at epoch 3/200'],
    ['not started', ''],
  ]);
  const text = await gridStatus(undefined, store);
  assert.match(text, /^seeds: 1 done, 1 diverged, 1 failed, 1 running, 2 queued, 1 stopped, 1 not started\n {2}cifar10-resnet20-sgd-200-epochs-seed-0-\w+ {2}done {9}test error/);
});

void test('without Slurm a run on this machine is recognised by its claim', async (t) => {
  const store = testFolder(t);
  testPrograms(t, {});
  const plan = eightRuns(store);
  const claim = await claimRun(runFiles(experimentFolders('real', store), runId(plan.runs[0]!.config)).claims, thisOwner());
  assert.ok('release' in claim);
  const [first, second] = await planStatus(plan, store);
  assert.equal(first?.state, 'running');
  assert.match(first.detail, new RegExp(`^starting \\(process ${process.pid} on `));
  assert.equal(second?.state, 'not started');
  claim.release();
  assert.equal((await planStatus(plan, store))[0]?.state, 'not started');
});

void test('when all runs of a submission are done, its estimate is compared with their actual cost', async (t) => {
  const store = testFolder(t);
  testPrograms(t, {});
  const plan = eightRuns(store);
  // Each run took 202 s; 3 of them have an estimate of 101 s, so they took twice as long. Two cores for 606 s are 0.34 hours.
  createSubmission(store, { plan, tasks: plan.runs.slice(0, 4), predictedSeconds: [101, 101, null, 101], cores: 2, gpus: 0, again: false });
  const { results } = experimentFolders('real', store);
  for (const { config } of plan.runs.slice(0, 3)) {
    await writeResult(results, testResult(config));
  }
  assert.doesNotMatch(await gridStatus(plan, store), /Estimated/);
  await writeResult(results, testResult(plan.runs[3]!.config));
  assert.match(await gridStatus(plan, store), /samlab-seeds-\w+: Estimated 0\.17 core hours, took 0\.34: 100 % more than estimated\.$/);
});

void test('a run that fails does not prevent comparing the estimate of the others with their actual cost', async (t) => {
  const store = testFolder(t);
  testPrograms(t, {});
  const plan = eightRuns(store);
  createSubmission(store, { plan, tasks: plan.runs.slice(0, 2), predictedSeconds: [404, 101], cores: 2, gpus: 0, again: false });
  const folders = experimentFolders('real', store);
  await writeResult(folders.results, testResult(plan.runs[0]!.config));
  assert.doesNotMatch(await gridStatus(plan, store), /Estimated/);
  writeError(folders, runFiles(folders, runId(plan.runs[1]!.config)), 'No space left on device', '');
  assert.match(await gridStatus(plan, store), /: Estimated 0\.22 core hours, took 0\.11: 50 % less than estimated\.$/);
});

void test('a status without any submission is an error', async (t) => {
  await assert.rejects(gridStatus(undefined, testFolder(t)), { name: 'RangeError', message: /no grid was started in .* yet; name one with --grid/ });
});
