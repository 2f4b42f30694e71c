import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { runId } from '../experiment/store';
import { SMALL_RUNS } from './testGrid';
import { whyNoSlurm } from './testSlurm';
import { TestSubmission } from './testSubmission';

const PREEMPTION = {
  partitions: { patient: 'PriorityTier=1 GraceTime=60', abrupt: 'PriorityTier=1 GraceTime=0', urgent: 'PriorityTier=2 PreemptMode=OFF' },
  settings: ['PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE'],
};

const reason = whyNoSlurm();
void test('when a more urgent job takes the node, with a time of grace or without, runs store a checkpoint, wait, and go on with the same numbers', { ...(reason === undefined ? {} : { skip: reason }), timeout: 300_000 }, async (t) => {
  const grid = await TestSubmission.start(t, { changes: SMALL_RUNS, grid: { seed: [0, 1] } }, PREEMPTION);
  const { slurm, plan } = grid;
  const jobs = [await grid.submit('--seed', '0', '--partition', 'patient'), await grid.submit('--seed', '1', '--partition', 'abrupt')];
  const held = [await grid.hold(jobs[0]!, 0, 0), await grid.hold(jobs[1]!, 0, 1)];

  const urgent = slurm.call('sbatch', '--parsable', '--partition=urgent', '--ntasks=2', '--output=/dev/null', '--wrap=sleep 600').trim();
  for (const [index, job] of jobs.entries()) {
    await grid.untilLogged(job, 0, 'Slurm asks it to end.');
    process.kill(held[index]!.pid, 'SIGCONT');
  }
  await slurm.until(() => slurm.call('squeue', '--noheader', `--jobs=${urgent}`, '--format=%T').trim() === 'RUNNING', 60, 'the urgent job');
  await grid.untilLogged(jobs[0]!, 0, 'goes back into the queue: its node is wanted for something more urgent; a checkpoint is stored');
  const { output } = await grid.command('--status');
  assert.equal(output.match(/ queued +goes on at epoch \d\/8, \w+ \(Slurm task \d+_0\)/g)?.length, 2, output);
  const { checkpoints } = experimentFolders('quick', grid.store);
  for (const { config } of plan.runs) {
    assert.ok(existsSync(join(checkpoints, `${runId(config)}.safetensors`)));
  }

  slurm.call('scancel', urgent);
  await grid.untilDone();
  for (const { job, folder } of jobs) {
    assert.match(slurm.call('scontrol', 'show', 'job', `${job}_0`), /Restarts=1 /);
    assert.equal(readFileSync(join(folder, '0.log'), 'utf8').match(/epoch 1\/8/g)?.length, 1);
  }
  await grid.compareWithLocal();
});
