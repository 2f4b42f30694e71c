import assert from 'node:assert/strict';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { readResults } from '../experiment/store';
import { addCosts } from './cost';
import { SMALL_RUNS } from './testing/grid';
import { whyNoSlurm } from './testing/slurm';
import { TestSubmission } from './testing/submission';

const reason = whyNoSlurm();
void test('a task that requests a GPU gets one, costs GPU hours, has the environment of the commands, and computes on the CPU if the GPU is not usable', { ...(reason === undefined ? {} : { skip: reason }), timeout: 300_000 }, async (t) => {
  const grid = await TestSubmission.start(t, { changes: SMALL_RUNS, grid: { seed: [0] } }, { gpu: true });
  const { slurm, plan, store } = grid;
  const nowhere = await grid.command('--on', 'slurm', '--partition', 'nope');
  assert.match(nowhere.output, /Slurm refuses .*\n.*invalid partition specified: nope/);
  const refused = await grid.command('--on', 'slurm', '--gres', 'gpu:2');
  assert.equal(refused.code, 1);
  assert.match(refused.output, /Slurm refuses .*\n.*Requested node configuration is not available/);
  assert.equal(slurm.call('squeue', '--noheader'), '');

  // 8 epochs of 450 s.
  addCosts(store, [{ secondsPerEpoch: 450, secondsOnce: 0, config: plan.runs[0]!.config, machine: { gpu: 'a card', threads: 8 } }]);
  const job = await grid.submit('--gres', 'gpu:1', '--sbatch=--export=PATH,OPENBLAS_NUM_THREADS=1');
  assert.match(job.output, /Estimated cost: 1 GPU hours for 1 run\./);
  const { pid, environment } = await grid.hold(job, 0);
  assert.match(slurm.call('scontrol', 'show', 'job', `${job.job}_0`), /TresPerNode=gres:gpu:1/);
  assert.equal(environment['CUDA_VISIBLE_DEVICES'], '0');
  // The first of several settings: the C library splits them in place.
  assert.match(environment['GLIBC_TUNABLES'] ?? '', /^glibc\.malloc\.hugetlb=1/);
  assert.equal(environment['TF_CPP_MIN_LOG_LEVEL'], '3');
  process.kill(pid, 'SIGCONT');
  await grid.untilDone();
  const [result] = await readResults(experimentFolders('quick', store).results);
  assert.equal(result?.environment.gpu, null);
  assert.match((await grid.command('--status')).output, /Estimated 1 GPU hours, took [\d.e-]+: \d+ % less than estimated/);
});
