import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { runId } from '../experiment/store';
import { runFiles } from './runFiles';
import { SMALL_RUNS } from './testing/grid';
import { THIS_NODE, whyNoOtherNode, whyNoSlurm } from './testing/slurm';
import { TestSubmission } from './testing/submission';

const OTHER_NODE = 'samlab-other';

const reason = whyNoSlurm() ?? whyNoOtherNode();
void test('runs on two nodes: a second job leaves them alone, and that of a node that dies resumes on the other', { ...(reason === undefined ? {} : { skip: reason }), timeout: 300_000 }, async (t) => {
  const grid = await TestSubmission.start(t, { changes: SMALL_RUNS, grid: { seed: [0, 1] } }, { others: [OTHER_NODE], cores: 3 });
  const { slurm } = grid;
  // Two tasks of two cores do not fit on one node of three cores, which leaves a core for another task.
  const job = await grid.submit('--store-is-shared', '--cpus-per-task', '2');
  const held = [await grid.hold(job, 0), await grid.hold(job, 1)];
  const nodes = held.map(({ environment }) => environment['SLURMD_NODENAME']);
  assert.deepEqual([...nodes].sort(), [OTHER_NODE, THIS_NODE].sort());
  const [lost, kept] = [nodes.indexOf(OTHER_NODE), nodes.indexOf(THIS_NODE)];

  // Each run once more, on the other node, where no process table shows whether its owner lives.
  const seconds = nodes.map((node, run) => slurm.call('sbatch', '--parsable', `--array=${run}`, '--cpus-per-task=1', `--nodelist=${node === THIS_NODE ? OTHER_NODE : THIS_NODE}`, `${job.folder}/job.sh`).trim());
  for (const [run, node] of nodes.entries()) {
    await grid.untilLogged(job, run, `held by Slurm task ${job.job}_${run} on ${node}`);
  }
  await slurm.until(() => seconds.every((second) => slurm.call('squeue', '--noheader', `--jobs=${second}`).trim() === ''), 60, 'the end of the second jobs');

  await slurm.killNode(OTHER_NODE);
  const requeued = slurm.call('squeue', '--noheader', '--array', `--jobs=${job.job}_${lost}`, '--format=%T').trim();
  assert.equal(requeued, 'PENDING');
  process.kill(held[kept]!.pid, 'SIGCONT');
  await grid.untilDone();
  const shown = slurm.call('scontrol', 'show', 'job', `${job.job}_${lost}`);
  assert.match(shown, /Restarts=1 /);
  assert.match(shown, new RegExp(` NodeList=${THIS_NODE}\\n`));
  await grid.compareWithLocal();
});

void test('a run on a disconnected node is taken over, and abandoned there before it writes anything more', { ...(reason === undefined ? {} : { skip: reason }), timeout: 200_000 }, async (t) => {
  const grid = await TestSubmission.start(t, { changes: SMALL_RUNS, grid: { seed: [0, 1] } }, { others: [OTHER_NODE] });
  const { slurm } = grid;
  const job = await grid.submit('--store-is-shared', '--cpus-per-task', '2');
  const held = [await grid.hold(job, 0), await grid.hold(job, 1)];
  const cutOff = held.findIndex(({ environment }) => environment['SLURMD_NODENAME'] === OTHER_NODE);
  process.kill(held[1 - cutOff]!.pid, 'SIGCONT');
  slurm.cutOff(OTHER_NODE);
  const { claims } = runFiles(experimentFolders('quick', grid.store), runId(grid.plan.runs[cutOff]!.config));
  // A process that takes a run over holds the claim after that of the presumably dead owner, and removes both when it finishes.
  await slurm.until(() => !existsSync(join(claims, '1.json')) || existsSync(join(claims, '2.json')), 90, 'that the run is taken over');
  process.kill(held[cutOff]!.pid, 'SIGCONT');
  await grid.untilLogged(job, cutOff, `Task ${job.job}_${cutOff}: held by the process that took it over`);
  await grid.untilDone();
  await grid.compareWithLocal();
});
