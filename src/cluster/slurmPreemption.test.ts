import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { runId } from '../experiment/store';
import { SMALL_RUNS } from './testing/grid';
import { whyNoSlurm } from './testing/slurm';
import { TestSubmission } from './testing/submission';

const PREEMPTION = {
  partitions: { patient: 'PriorityTier=1 GraceTime=60', abrupt: 'PriorityTier=1 GraceTime=0', urgent: 'PriorityTier=2 PreemptMode=OFF' },
  // Without the last, Slurm signals the grace time to a job's steps and not to the job itself, which then ends as without one.
  settings: ['PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE', 'SlurmctldParameters=preempt_send_user_signal'],
};

const reason = whyNoSlurm();
void test('when a more urgent job preempts the node, with grace time or without, runs store a checkpoint, wait, and resume with the same numbers', { ...(reason === undefined ? {} : { skip: reason }), timeout: 300_000 }, async (t) => {
  const grid = await TestSubmission.start(t, { changes: SMALL_RUNS, grid: { seed: [0, 1] } }, PREEMPTION);
  const { slurm, plan } = grid;
  const jobs = [await grid.submit('--seed', '0', '--partition', 'patient'), await grid.submit('--seed', '1', '--partition', 'abrupt')];
  const patient = await grid.hold(jobs[0]!, 0, 0);
  await grid.hold(jobs[1]!, 0, 1);

  const urgent = slurm.call('sbatch', '--parsable', '--partition=urgent', '--ntasks=2', '--output=/dev/null', '--wrap=sleep 600').trim();
  await grid.untilLogged(jobs[0]!, 0, 'Slurm warns');
  process.kill(patient.pid, 'SIGCONT');
  // Slurm itself wakes the processes that it ends.
  await grid.untilLogged(jobs[1]!, 0, 'Slurm asks it to end.');
  await slurm.until(() => slurm.call('squeue', '--noheader', `--jobs=${urgent}`, '--format=%T').trim() === 'RUNNING', 60, 'the urgent job');
  await grid.untilLogged(jobs[0]!, 0, 'goes back into the queue: its time on the node was nearly over; a checkpoint is stored');
  const { output } = await grid.command('--status');
  assert.equal(output.match(/ queued +resumes at epoch \d\/8, \w+ \(Slurm task \d+_0\)/g)?.length, 2, output);
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
