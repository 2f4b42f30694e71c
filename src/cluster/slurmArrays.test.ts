import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { readResults } from '../experiment/store';
import { SMALL_RUNS } from './testing/grid';
import { whyNoSlurm } from './testing/slurm';
import { TestSubmission } from './testing/submission';

const reason = whyNoSlurm();
void test('a real Slurm with small arrays makes a grid in several, in a store whose path contains replacement signs of Slurm', { ...(reason === undefined ? {} : { skip: reason }), timeout: 300_000 }, async (t) => {
  const grid = await TestSubmission.start(t, { changes: { ...SMALL_RUNS, epochs: 1 }, grid: { seed: [0, 1, 2, 3, 4] } }, { settings: ['MaxArraySize=3'] });
  const store = join(grid.folder, `50%a it's "odd" # $HOME`);
  const { code, output } = await grid.command('--store', store, '--on', 'slurm', '--sbatch=--comment=a # "b"', '--array-limit', '2');
  assert.equal(code, 0, output);
  const submitted = [...output.matchAll(/Submitted job (\d+): (\d) runs(?:, after job (\d+))?\. Logs: (.*)\n/g)].map(([, job, runs, after, folder]) => ({ job, runs, after, folder: folder! }));
  assert.deepEqual(submitted.map(({ runs, after }) => [runs, after]), [['3', undefined], ['2', submitted[0]?.job]]);
  assert.match(grid.slurm.call('scontrol', 'show', 'job', submitted[1]!.job!), /Comment=a # "b"/);
  const { output: early } = await grid.command('--store', store, '--status');
  assert.match(early, /^small: (?!5 not started)/);
  await grid.untilDone();
  assert.equal((await readResults(experimentFolders('quick', store).results)).length, 5);
  const logs = submitted.map(({ folder }) => readdirSync(folder).filter((name) => name.endsWith('.log')).sort());
  assert.deepEqual(logs, [['0.log', '1.log', '2.log'], ['0.log', '1.log']]);
  assert.match(readFileSync(join(submitted[1]!.folder, '1.log'), 'utf8'), /Task \d+_1: done/);
  assert.match((await grid.command('--store', store, '--status')).output, /^small: 5 done\n/);
});
