import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { writeResult } from '../experiment/store';
import { planGrid } from './gridPlan';
import { planStatus } from './status';
import { checkShared } from './storeCheck';
import { readSubmission } from './submission';
import { submitGrid } from './submitGrid';
import { testFolder, testPrograms, type TestPrograms } from './testing/programs';
import { testResult } from './testing/result';

/** A Slurm that takes every job, as number 412 and so on, and has nothing in its queue. */
const WILLING = {
  sbatch: 'case "$*" in --version|--test-only*) ;; *) n=$(($(/bin/cat "$0.n" 2>/dev/null || echo 411) + 1)); echo $n > "$0.n"; echo $n;; esac',
  squeue: '',
  sinfo: 'echo localhost',
};

/** Submits a grid within the test's process. @returns what was printed. */
async function submit(t: TestContext, grid: string, store: string, wanted: Parameters<typeof planGrid>[1] = {}): Promise<string> {
  const print = t.mock.method(console, 'log', () => undefined);
  const request = { cpusPerTask: 1, warning: 120, sbatch: [] };
  try {
    await submitGrid(planGrid(grid, { kind: 'quick', ...wanted }), { store, request, again: false, storeIsShared: false, measure: false, signal: new AbortController().signal });
    return print.mock.calls.map(({ arguments: words }) => words.join(' ')).join('\n');
  } finally {
    print.mock.restore();
  }
}

function submissions(store: string): string[] {
  return existsSync(join(store, 'grids')) ? readdirSync(join(store, 'grids')).map((name) => join(store, 'grids', name)) : [];
}

void test('a grid is one array with a task per run; stored runs are left out', async (t) => {
  const { calls } = testPrograms(t, WILLING);
  const store = testFolder(t);
  const { runs } = planGrid('smoke');
  await writeResult(experimentFolders('quick', store).results, testResult(runs[1]!.config));
  const output = await submit(t, 'smoke', store);
  assert.match(output, /smoke: 4 runs, trials included; 3 have no result/);
  assert.match(output, /Submitted job 412: 3 runs\. Logs: .*grids\/samlab-smoke-\w+\n.*--status.*squeue --jobs 412\n.*scancel 412/);
  const [folder] = submissions(store);
  const script = join(folder!, 'job.sh');
  assert.deepEqual(readSubmission(folder!).tasks, [runs[0], runs[2], runs[3]]);
  assert.match(readFileSync(script, 'utf8'), /--array=0-2\n/);
  assert.deepEqual(calls().filter((call) => call.startsWith('sbatch')), ['sbatch --version', `sbatch --test-only ${script}`, `sbatch --parsable ${script}`]);
});

void test('runs that wait or run in the queue are not submitted again', async (t) => {
  const store = testFolder(t);
  testPrograms(t, WILLING);
  await submit(t, 'smoke', store);
  const [first] = submissions(store);
  const name = readSubmission(first!).name;
  const programs = testPrograms(t, { ...WILLING, squeue: `printf '${name}|412|0|RUNNING|node1\\n${name}|412|2|PENDING|(Priority)\\n'` });
  await submit(t, 'smoke', store);
  const second = submissions(store).find((folder) => folder !== first);
  const { runs } = planGrid('smoke');
  assert.deepEqual(readSubmission(second!).tasks, [runs[1], runs[3]]);
  assert.ok(programs.calls().some((call) => call.startsWith('squeue --noheader --array') && call.includes(name)));
});

void test('nothing is submitted if no runs are left', async (t) => {
  const { calls } = testPrograms(t, WILLING);
  const store = testFolder(t);
  for (const { config } of planGrid('smoke').runs) {
    await writeResult(experimentFolders('quick', store).results, testResult(config));
  }
  await submit(t, 'smoke', store);
  assert.deepEqual(submissions(store), []);
  assert.ok(!calls().some((call) => call.includes('--parsable')));
});

void test('trials come first, and runs wait for them; trials that are in the queue already are waited for too', async (t) => {
  const store = testFolder(t);
  const wanted = { wanted: { dataset: 'cifar10', epochs: 100 } } as const;
  const first = testPrograms(t, WILLING);
  const output = await submit(t, 'laptop', store, wanted);
  assert.match(output, /Submitted job 412: 54 trials\.[^]*Submitted job 413: 10 runs, after job 412\./);
  assert.ok(first.calls().some((call) => call.startsWith('sbatch --parsable --dependency=afterany:412 ')));
  const trials = submissions(store).map(readSubmission).find(({ tasks }) => tasks.length === 54)!;
  const queue = trials.tasks.map((_, index) => `${trials.name}|412|${index}|PENDING|(Resources)\\n`).join('');
  const second = testPrograms(t, { ...WILLING, squeue: `printf '${queue}'` });
  assert.match(await submit(t, 'laptop', store, wanted), /Submitted job 412: 10 runs, after job 412\./);
  assert.ok(second.calls().some((call) => call.includes('--dependency=afterany:412 ')));
});

interface Ended {
  readonly code: number | string;
  readonly stderr: string;
}

function experiment(words: readonly string[], { environment }: TestPrograms): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(__dirname, 'main.js'), '--on', 'slurm', '--no-estimate', ...words], { env: environment }, (error, _, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stderr }),
    );
  });
}

/** Runs the command and expects this error, with nothing submitted and no file of a submission left. */
async function refuses(t: TestContext, programs: Readonly<Record<string, string>>, words: readonly string[], message: RegExp, store = testFolder(t)): Promise<void> {
  const stand = testPrograms(t, programs);
  const { code, stderr } = await experiment(['--store', store, ...words], stand);
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /\n {4}at /);
  assert.equal(code, 1);
  assert.deepEqual(submissions(store), []);
  assert.ok(!stand.calls().some((call) => call.includes('--parsable')));
}

void test('without sbatch the error says so', (t) => refuses(t, {}, ['--grid', 'smoke'], /^sbatch is not on the path\. Log in to a machine of the cluster/));

void test("a partition that does not exist is refused with Slurm's own message", (t) => {
  const message = 'sbatch: error: invalid partition specified: nope';
  return refuses(t, { ...WILLING, sbatch: `case "$*" in --version) ;; *) echo "${message}" >&2; exit 1;; esac` }, ['--grid', 'smoke', '--partition', 'nope'], new RegExp(`Slurm refuses .*\\n {2}${message}`));
});

void test('an unknown grid is refused with the known ones', (t) => refuses(t, WILLING, ['--grid', 'faster'], /no grid "faster"; choose quick,/));

void test('a store that cannot be written is refused', (t) => {
  // A file in place of the folder instead of one without write permission, which root would ignore.
  const file = join(testFolder(t), 'file');
  writeFileSync(file, '');
  return refuses(t, WILLING, ['--grid', 'smoke'], /checkWritable: the store cannot be written: .*Nothing was started/, join(file, 'store'));
});

void test('a store in the memory of this machine is refused where there are other nodes', () => {
  assert.throws(() => checkShared('/dev/shm', ['localhost', 'node1', 'node2']), /checkShared: the store \/dev\/shm lies on a disk of this machine \(tmpfs\), which 2 other nodes \(node1, for one\) cannot see/);
  assert.doesNotThrow(() => checkShared('/dev/shm', ['localhost']));
});

void test('when Slurm refuses the second of two jobs, the first stays and the second leaves nothing', async (t) => {
  const once = `case "$*" in *dependency*) echo "sbatch: error: Batch job submission failed: Job dependency problem" >&2; exit 1;; *) ${WILLING.sbatch};; esac`;
  testPrograms(t, { ...WILLING, sbatch: once });
  const store = testFolder(t);
  await assert.rejects(submit(t, 'laptop', store, { wanted: { dataset: 'cifar10', epochs: 100 } }), /Job dependency problem/);
  assert.deepEqual(submissions(store).map((folder) => readSubmission(folder).tasks.length), [54]);
});

function withGrid(t: TestContext, seeds: number): { readonly store: string; readonly file: string } {
  const store = testFolder(t);
  const file = join(store, 'many.json');
  writeFileSync(file, JSON.stringify({ changes: { model: 'resnet20', dataset: 'cifar10' }, grid: { seed: Array.from({ length: seeds }, (_, seed) => seed) } }));
  return { store, file };
}

void test('1,201 runs are two arrays where an array holds 1,001 tasks; both are found in the queue', async (t) => {
  const { store, file } = withGrid(t, 1201);
  const { calls } = testPrograms(t, { ...WILLING, scontrol: "printf 'MaxArraySize            = 1001\\nMaxJobCount             = 10000\\n'" });
  const output = await submit(t, file, store);
  assert.match(output, /many: 1201 runs[^]*Submitted job 412: 1001 runs\. Logs[^]*Submitted job 413: 200 runs\. Logs[^]*scancel 412 413/);
  assert.equal(calls().filter((call) => call.startsWith('sbatch --test-only')).length, 2);
  const parts = submissions(store).map(readSubmission).sort((a, b) => b.tasks.length - a.tasks.length);
  assert.deepEqual(parts.flatMap(({ tasks }) => tasks).map(({ config }) => config.seed), Array.from({ length: 1201 }, (_, seed) => seed));
  assert.deepEqual(parts.map(({ name }) => /--array=(\S+)/.exec(readFileSync(join(store, 'grids', name, 'job.sh'), 'utf8'))?.[1]), ['0-1000', '0-199']);
  testPrograms(t, { ...WILLING, squeue: `case "$*" in *--name*) printf '${parts[0]!.name}|412|1000|PENDING|(Priority)\\n${parts[1]!.name}|413|0|RUNNING|n1\\n';; esac` });
  const states = (await planStatus(planGrid(file, { kind: 'quick' }), store)).map(({ state }) => state);
  assert.deepEqual([states[999], states[1000], states[1001], states[1002]], ['not started', 'queued', 'running', 'not started']);
});

void test('where Slurm accepts fewer tasks than remain, the first are submitted, and the rest is reported', async (t) => {
  const { store, file } = withGrid(t, 5);
  testPrograms(t, { ...WILLING, scontrol: "printf 'MaxArraySize = 1001\\nMaxJobCount = 10\\n'", squeue: `case "$*" in *--format=%i*) printf '1\\n2\\n3\\n4\\n5\\n6\\n7\\n';; esac` });
  assert.match(await submit(t, file, store), /Slurm takes 3 of these 5 now: it holds 10 jobs in all \(MaxJobCount\)\. The first 3 are submitted[^]*Submitted job 412: 3 runs/);
  const accounts = testPrograms(t, { ...WILLING, sacctmgr: "printf '\\n4\\n2\\n'" });
  assert.match(await submit(t, file, testFolder(t)), /Slurm takes 2 of these 5 now: it takes 2 of yours at once \(MaxSubmitJobs\)/);
  assert.ok(accounts.calls().some((call) => call.startsWith('sacctmgr')));
  testPrograms(t, { ...WILLING, sacctmgr: 'echo 0' });
  await assert.rejects(submit(t, file, testFolder(t)), /5 runs are left, and Slurm takes none now: .*Nothing was submitted/);
  testPrograms(t, { ...WILLING, scontrol: 'echo MaxArraySize = 0' });
  await assert.rejects(submit(t, file, testFolder(t)), /this cluster takes no job arrays \(its MaxArraySize is 0\)/);
});

void test('a refusal says what stays and how to take a part', async (t) => {
  const { store, file } = withGrid(t, 2);
  testPrograms(t, { ...WILLING, sbatch: `case "$*" in --version) ;; *) echo 'sbatch: error: AssocMaxSubmitJobLimit' >&2; exit 1;; esac` });
  await assert.rejects(submit(t, file, store), /AssocMaxSubmitJobLimit\nNothing was submitted\. If it is too much at once for this cluster, take a part of the grid by its settings/);
  assert.deepEqual(submissions(store), []);
});

void test("environment variables for Slurm's programs do not override the job script", async (t) => {
  const { store, file } = withGrid(t, 1);
  const set = { SBATCH_JOB_NAME: 'other', SBATCH_ARRAY_INX: '0-9', SBATCH_PARTITION: 'mine', SQUEUE_FORMAT: '%i' };
  const before = process.env;
  process.env = { ...before, ...set };
  t.after(() => {
    process.env = before;
  });
  const seen = join(store, 'seen');
  testPrograms(t, { ...WILLING, sbatch: `case "$*" in --version) ;; *) /usr/bin/env >> ${seen};; esac; ${WILLING.sbatch}`, squeue: `/usr/bin/env >> ${seen}` });
  await submit(t, file, store);
  assert.doesNotMatch(readFileSync(seen, 'utf8'), /SBATCH_JOB_NAME|SBATCH_ARRAY_INX|SQUEUE_FORMAT/);
  assert.match(readFileSync(seen, 'utf8'), /SBATCH_PARTITION=mine/);
});
