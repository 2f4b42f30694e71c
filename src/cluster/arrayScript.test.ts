import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT_ROOT } from '../files/projectRoot';
import { arrayScript, gpusAsked } from './arrayScript';
import { testFolder } from './testing/programs';

void test('the script has everything that Slurm needs, and the requested options', () => {
  const request = { partition: 'gpu', time: '4:00:00', gres: 'gpu:a100:1', arrayLimit: 8, cpusPerTask: 4, warning: 90, sbatch: ['--mem=16G', '--account=lab'] };
  const options = arrayScript('/shared/grids/samlab-laptop-x', 36, request).split('\n').filter((line) => line.startsWith('#SBATCH'));
  assert.deepEqual(options.map((line) => line.slice('#SBATCH '.length)), [
    '--job-name=samlab-laptop-x', '--array=0-35%8', '--requeue', '--signal=B:USR1@90', '--ntasks=1', '--cpus-per-task=4', '--open-mode=append',
    '--output="/shared/grids/samlab-laptop-x/%a.log"', '--partition=gpu', '--time=4:00:00', '--gres=gpu:a100:1', '--mem=16G', '--account=lab',
  ]);
  const least = arrayScript('/shared/grids/x', 1, { cpusPerTask: 1, warning: 120, sbatch: [] });
  assert.match(least, /--array=0-0\n/);
  assert.doesNotMatch(least, /--(partition|time|gres)/);
});

void test('a shell becomes the task, in the project and with its folder, whatever characters that has', (t) => {
  const folder = join(testFolder(t), `a "b" it's $HOME`);
  const bin = join(testFolder(t), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'node'), '#!/bin/sh\necho "$$ $PWD"; for word; do echo "$word"; done\n');
  chmodSync(join(bin, 'node'), 0o755);
  const script = arrayScript(folder, 1, { cpusPerTask: 1, warning: 120, sbatch: [] });
  const { pid, stdout } = spawnSync('/bin/bash', ['-c', script], { env: { PATH: bin }, encoding: 'utf8' });
  assert.deepEqual(stdout.trimEnd().split('\n'), [`${pid} ${PROJECT_ROOT}`, 'src/setup/task.mjs', folder]);
});

void test('GPUs are counted in every notation', () => {
  const counts = ['gpu', 'gpu:2', 'gpu:a100:4', 'gres:gpu:1', 'license:matlab:3', 'gpu:1,nvme:2', ''].map((gres) => gpusAsked({ gres, sbatch: [] }));
  assert.deepEqual(counts, [1, 2, 4, 1, 0, 1, 0]);
  assert.equal(gpusAsked({ sbatch: ['--mem=16G', '--gpu-bind=closest'] }), 0);
  const options = ['--gpus=1', '--gpus-per-task=a100:2', '--gpus-per-node 4', '-G2', '-G h100:3', '--gres=gpu:a100:2'];
  assert.deepEqual(options.map((option) => gpusAsked({ sbatch: ['--mem=16G', option] })), [1, 2, 4, 2, 3, 2]);
});
