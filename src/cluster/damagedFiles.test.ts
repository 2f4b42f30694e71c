/** An unreadable file of a store never stops anything that does not need it. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { resultFile, runId, writeResult } from '../experiment/store';
import { processorDigest } from '../machine/processor';
import { addCosts, readCosts } from './cost';
import { planGrid, type GridPlan } from './gridPlan';
import { gridStatus } from './gridStatus';
import { readError, readProgress, runFiles, writeProgress, type RunFiles } from './runFiles';
import { planStatus } from './status';
import { createSubmission, readSubmissions } from './submission';
import { experiment, SMALL_RUNS, writeGrid } from './testing/grid';
import { testFolder, testPrograms } from './testing/programs';
import { testResult } from './testing/result';

const BROKEN = ['', '\0\0\0\0', '{"epoch": 3', 'null', '[]', '{}'];

function filesOf(plan: GridPlan, index: number, store: string): RunFiles {
  return runFiles(experimentFolders('quick', store), runId(plan.runs[index]!.config));
}

void test('a grid is made despite an unreadable claim, progress note, result and submission, and each is reported', async (t) => {
  const store = testFolder(t);
  const { file, plan } = writeGrid(store, { changes: { ...SMALL_RUNS, epochs: 1 }, grid: { seed: [0, 1, 2] } });
  const folders = experimentFolders('quick', store);
  const [first, second] = [filesOf(plan, 0, store), filesOf(plan, 1, store)];
  mkdirSync(first.claims, { recursive: true });
  writeFileSync(join(first.claims, '1.json'), '');
  writeFileSync(second.progress, '');
  mkdirSync(folders.results);
  const damaged = resultFile(folders.results, plan.runs[2]!.config);
  writeFileSync(damaged, '');
  const submission = createSubmission(store, { plan, tasks: plan.runs, predictedSeconds: [null, null, null], cores: 1, gpus: 0, again: false });
  writeFileSync(join(submission, 'manifest.json'), '');

  const { code, output } = await experiment(['--grid', file, '--store', store]);
  assert.equal(code, 1, output);
  assert.match(output, /1\.json is not a claim \(it is empty\); its run is taken over/);
  assert.match(output, /failed: readResults: .*seed-2-\w+\.json is not a stored result \(it is empty\); restore it/);
  assert.deepEqual(readdirSync(folders.results).filter((name) => name.endsWith('.json')).length, 3);
  assert.equal(readFileSync(damaged, 'utf8'), '', 'the file stays for its owner to look at');

  const status = await experiment(['--grid', file, '--store', store, '--status']);
  assert.equal(status.code, 0, status.output);
  assert.match(status.output, /^small: 2 done, 1 unreadable\n/);
  assert.match(status.output, /manifest\.json is not the list of runs of a submission \(it is empty\)/);

  const again = await experiment(['--grid', file, '--store', store]);
  assert.equal(again.output.match(/stored already; --again repeats it: test error/g)?.length, 2);
  const anew = await experiment(['--grid', file, '--store', store, '--seed', '2', '--again']);
  assert.equal(anew.code, 0, anew.output);
});

void test('an unreadable progress note counts as none, and an empty error message is reported as empty', (t) => {
  const store = testFolder(t);
  const { plan } = writeGrid(store, { grid: { seed: [0] } });
  const files = filesOf(plan, 0, store);
  mkdirSync(experimentFolders('quick', store).results, { recursive: true });
  mkdirSync(experimentFolders('quick', store).checkpoints, { recursive: true });
  for (const content of BROKEN) {
    writeFileSync(files.progress, content);
    assert.equal(readProgress(files), undefined, content);
  }
  const progress = { epoch: 1, epochs: 2, secondsLeft: 3, writtenAt: 4 };
  writeProgress(files, progress);
  assert.deepEqual(readProgress(files), progress);
  writeFileSync(files.error, '');
  assert.match(readError(files) ?? '', /^why is not known: .*\.error\.txt is empty$/);
});

async function statesOf(t: TestContext, plan: GridPlan, store: string): Promise<readonly string[]> {
  testPrograms(t, {});
  return (await planStatus(plan, store)).map(({ state }) => state);
}

void test('an unreadable trial makes the runs whose settings it chooses unreadable, and no others', async (t) => {
  const store = testFolder(t);
  const { trials, ...plan } = planGrid('laptop', { wanted: { epochs: 100, seed: 0 }, kind: 'quick' });
  const { results } = experimentFolders('quick', store);
  for (const { config } of trials) {
    await writeResult(results, testResult(config));
  }
  const broken = trials.find(({ config }) => config.dataset === 'cifar100')!;
  writeFileSync(resultFile(results, broken.config), '{');
  const states = (await statesOf(t, { ...plan, trials }, store)).slice(trials.length);
  const expected = plan.runs.map(({ config }) => (config.dataset === 'cifar100' ? 'unreadable' : 'not started'));
  assert.deepEqual(states, expected);
});

void test('a submission that cannot be read is named, and the others are read', async (t) => {
  testPrograms(t, {});
  const store = testFolder(t);
  const { plan } = writeGrid(store, { grid: { seed: [0, 1] } });
  const submission = { plan, tasks: plan.runs, predictedSeconds: [null, 2], cores: 1, gpus: 0, again: false };
  const [good, bad] = [createSubmission(store, submission), createSubmission(store, submission)];
  for (const content of [...BROKEN, JSON.stringify({ ...submission, tasks: [{ preset: 'a', kind: 'real', config: { rho: 'x' } }] })]) {
    writeFileSync(join(bad, 'manifest.json'), content);
    const { submissions, problems } = readSubmissions(store);
    assert.deepEqual(submissions.map(({ name, tasks }) => [join(store, 'grids', name), tasks]), [[good, plan.runs]], content);
    assert.equal(problems.length, 1);
    assert.ok(problems[0]!.startsWith(`readSubmission: ${join(bad, 'manifest.json')} is not the list of runs of a submission (`), problems[0]);
    assert.match(await gridStatus(undefined, store), /^small: 2 not started\n[^]*manifest\.json is not the list/);
  }
});

void test('unreadable costs are named, count as none, and are replaced', (t) => {
  const store = testFolder(t);
  const { plan } = writeGrid(store, { grid: { seed: [0] } });
  const cost = { secondsPerEpoch: 1, secondsOnce: 2, config: plan.runs[0]!.config, machine: { processorDigest: processorDigest(), threads: 2, gpu: null } };
  const said = t.mock.method(console, 'error', () => undefined);
  mkdirSync(join(store, 'grids'));
  for (const content of ['', '{', '{}', '[{"secondsPerEpoch": 1}]']) {
    writeFileSync(join(store, 'grids', 'costs.json'), content);
    assert.deepEqual(readCosts(store), []);
    assert.match(String(said.mock.calls.at(-1)?.arguments[0]), /^readCosts: .*costs\.json is not a list of measured costs \(/);
    addCosts(store, [cost]);
    assert.deepEqual(readCosts(store), [cost]);
  }
});
