import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '../files/projectRoot';
import type { RunResult } from '../experiment/result';
import { experimentFolders } from '../experiment/folders';
import { runExperiment } from '../experiment/run';
import { processorDigest } from '../machine/processor';
import { readResults, runId } from '../experiment/store';
import { addCosts } from './cost';
import { planGrid, type GridPlan } from './gridPlan';
import { readError, runFiles, type RunFiles } from './runFiles';
import { testFolder } from './testing/programs';

const CHANGES = { model: 'resnet20', imagesPerClass: 4, testImagesPerClass: 2, normalization: 'half', warmupEpochs: 0 };

function writeGrid(folder: string, content: unknown): { readonly file: string; readonly plan: GridPlan } {
  const file = join(folder, 'small.json');
  writeFileSync(file, JSON.stringify(content));
  return { file, plan: planGrid(file, { kind: 'quick' }) };
}

/** Starts the command as set-up does, as the child of another process. */
function startCommand(words: readonly string[]): ChildProcess {
  const programs = pathToFileURL(join(PROJECT_ROOT, 'src', 'setup', 'programs.mjs')).href;
  const program = { command: process.execPath, args: [join(__dirname, 'main.js'), ...words, '--allow-synthetic'] };
  const script = `
    import { runInForeground } from ${JSON.stringify(programs)};
    process.exitCode = await runInForeground([${JSON.stringify(program)}], { cwd: process.cwd(), env: process.env });`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outputOf(command: ChildProcess): Promise<{ readonly code: number; readonly output: string }> {
  let output = '';
  [command.stdout!, command.stderr!].forEach((stream) => stream.setEncoding('utf8').on('data', (text: string) => (output += text)));
  const [code] = (await once(command, 'close')) as [number];
  return { code, output };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 120_000; !condition(); ) {
    assert.ok(Date.now() < deadline, `${what} did not come`);
    await sleep(20);
  }
}

/** The fields of a result without times and machine. */
function numbersOf(result: RunResult | undefined): unknown {
  assert.ok(result);
  const { config, data, status, history, final, gradientEvaluations } = result;
  return { config, data, status, final, gradientEvaluations, history: history.map((record) => ({ ...record, seconds: 0 })) };
}

function claimed({ claims }: RunFiles): boolean {
  return existsSync(join(claims, '1.json'));
}

void test('a grid with a failing run: the others are made, two at once, and the cost is shown before and after', async (t) => {
  const store = testFolder(t);
  const { file, plan } = writeGrid(store, { changes: { ...CHANGES, epochs: 2 }, grid: { batchSize: [20, 100], seed: [0, 1] } });
  // The cost of the runs that succeed is known, so nothing is measured: 2 epochs of 1.8 s on all cores for each run.
  const machine = { processorDigest: processorDigest(), threads: availableParallelism(), gpu: null };
  addCosts(store, [{ secondsPerEpoch: 1.8 / machine.threads, secondsOnce: 0, config: plan.runs[0]!.config, machine }]);
  const { code, output } = await outputOf(startCommand(['--grid', file, '--store', store, '--jobs', '2', '--no-estimate']));
  const folders = experimentFolders('quick', store);
  assert.equal(code, 1, output);
  const made = await readResults(folders.results);
  assert.deepEqual(made.map(({ id }) => id), plan.runs.slice(0, 2).map(({ config }) => runId(config)).sort());
  for (const { config } of plan.runs.slice(2)) {
    assert.match(readError(runFiles(folders, runId(config))) ?? '', /^trainingBatches: expected batches of at most 40 images/);
  }
  assert.match(output, /^Estimated cost: 0\.002 core hours for 2 runs, and 2 of which nothing like them was measured/);
  assert.match(output, /Estimated 0\.002 core hours, took [\d.]+: \d+ % (more|less) than estimated/);
  assert.match(output, /2 of 4 runs failed; the same command tries them again\. The reasons are above, and in:\n {2}.*quick\/results\/cifar10.*\.error\.txt\n/);
  assert.equal(output.split('expected batches of at most 40 images').length - 1, 2, 'each reason is told once');
  assert.doesNotMatch(output, /\n {4}at /);
  const alone = await runExperiment(plan.runs[1]!.config, { preset: 'small', folders: experimentFolders('quick', join(store, 'alone')) });
  assert.deepEqual(numbersOf(made.find(({ id }) => id === alone?.id)), numbersOf(alone));
});

void test('when the process that started a grid is killed, the run stores a checkpoint and ends, and resumes later with the same numbers', async (t) => {
  const store = testFolder(t);
  const { file, plan } = writeGrid(store, { changes: { ...CHANGES, epochs: 20 }, grid: { batchSize: [20] } });
  const folders = experimentFolders('quick', store);
  const [{ config }] = plan.runs as [(typeof plan.runs)[number]];
  const files = runFiles(folders, runId(config));
  const command = startCommand(['--grid', file, '--store', store]);
  const ended = outputOf(command);
  await until(() => existsSync(files.progress), 'the first step');
  const { pid } = JSON.parse(readFileSync(join(files.claims, '1.json'), 'utf8')) as { pid: number };
  command.kill('SIGKILL');
  // The pipes close when the last process holding them ends.
  await ended;
  await until(() => !existsSync(`/proc/${pid}`), 'the end of the command');
  assert.ok(existsSync(join(folders.checkpoints, `${runId(config)}.safetensors`)));
  assert.ok(!claimed(files));

  const { code, output } = await outputOf(startCommand(['--grid', file, '--store', store]));
  assert.equal(code, 0, output);
  assert.doesNotMatch(output, / epoch 1\/20 /);
  const unbroken = await runExperiment(config, { preset: 'small', folders: experimentFolders('quick', join(store, 'alone')) });
  assert.deepEqual(numbersOf((await readResults(folders.results))[0]), numbersOf(unbroken));
});
