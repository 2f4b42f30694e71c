import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tensorCount } from '../engine/tensor';
import { DEFAULT_FEDERATED_CONFIG } from './presets';
import type { FederatedProgress } from './record';
import type { FederatedResult } from './result';
import { runFederated, type FederatedFolders } from './run';
import type { FederatedConfig } from './settings';
import { federatedId } from './store';

/** A folder without data sets; the embedded one is allowed instead. */
function foldersIn(base: string): FederatedFolders {
  return { data: join(base, 'none'), allowSynthetic: true, results: join(base, 'results'), checkpoints: join(base, 'checkpoints') };
}

const CONFIG: FederatedConfig = {
  ...DEFAULT_FEDERATED_CONFIG,
  imagesPerClass: 2,
  heldOutPerClass: 1,
  testImagesPerClass: 1,
  normalization: 'half',
  clients: 4,
  activeClients: 3,
  dropOut: 0.2,
  concentration: 10,
  rounds: 3,
  localEpochs: 1,
  batchSize: 5,
  method: 'mofedsam',
};

/** The fields of a result without times and machine. */
function numbersOf(result: FederatedResult | undefined): unknown {
  assert.ok(result);
  const { config, data, status, history, final, gradientEvaluations } = result;
  return { config, data, status, final, gradientEvaluations, history: history.map((record) => ({ ...record, seconds: 0 })) };
}

/** Started as a separate process, this file only makes the run. */
async function runAsChild(base: string): Promise<void> {
  await runFederated(CONFIG, { preset: 'none', folders: foldersIn(base), checkpointSeconds: 0 });
}

/** Starts the run in a separate process and kills it as soon as there is a checkpoint. */
async function killInTheMiddle(base: string): Promise<void> {
  const child = spawn(process.execPath, [__filename], { env: { ...process.env, SAMLAB_TEST_FEDERATED: base }, stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  const checkpoint = join(base, 'checkpoints', `${federatedId(CONFIG)}.safetensors`);
  while (!existsSync(checkpoint) && child.exitCode === null) {
    await sleep(20);
  }
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  assert.ok(existsSync(checkpoint));
  assert.ok(!existsSync(join(base, 'results')));
}

function defineTests(): void {
  const base = mkdtempSync(join(tmpdir(), 'samlab-federated-'));
  after(() => rmSync(base, { recursive: true }));

  void test('a killed run resumes and gives the numbers of an unbroken one; its tensors are freed', async () => {
    const broken = join(base, 'broken');
    await killInTheMiddle(broken);
    let first: FederatedProgress | undefined;
    const before = tensorCount();
    const resumed = await runFederated(CONFIG, { preset: 'none', folders: foldersIn(broken), onProgress: (progress) => (first ??= progress) });
    assert.equal(tensorCount(), before);
    assert.ok(first!.step > 1, 'the run started over instead of resuming');
    const unbroken = await runFederated(CONFIG, { preset: 'none', folders: foldersIn(join(base, 'unbroken')) });
    assert.deepEqual(numbersOf(resumed), numbersOf(unbroken));
    assert.deepEqual(readdirSync(join(broken, 'checkpoints')), []);
  });

  void test('a stored run is not repeated unless asked; it lists the classes of each client', async () => {
    const steps: FederatedProgress[] = [];
    const options = { preset: 'none', folders: foldersIn(join(base, 'unbroken')), onProgress: (progress: FederatedProgress) => steps.push(progress) };
    const stored = await runFederated(CONFIG, options);
    assert.equal(steps.length, 0);
    const { clientClassCounts, synthetic } = stored!.data;
    assert.ok(synthetic);
    assert.deepEqual([clientClassCounts.length, ...clientClassCounts.map((counts) => counts.length)], [4, 10, 10, 10, 10]);
    // Two images of each class, over all clients.
    assert.deepEqual(clientClassCounts.reduce((sums, counts) => sums.map((sum, label) => sum + counts[label]!)), new Array(10).fill(2));
    assert.deepEqual(numbersOf(await runFederated(CONFIG, { ...options, again: true })), numbersOf(stored));
    assert.notEqual(steps.length, 0);
  });

  void test('nothing is computed or stored for a configuration in which a client has no data, or for real results without the data set', async () => {
    const folders = foldersIn(join(base, 'refused'));
    const onProgress = (): never => assert.fail('a step was made');
    await assert.rejects(runFederated({ ...CONFIG, clients: 25, concentration: 0.01 }, { preset: 'none', folders, onProgress }), /expected at least 2 images for each of the 25 clients/);
    await assert.rejects(runFederated({ ...CONFIG, alpha: 0 }, { preset: 'none', folders, onProgress }), /alpha: Too small/);
    await assert.rejects(runFederated(CONFIG, { preset: 'none', folders: { ...folders, allowSynthetic: false }, onProgress }), /CIFAR-10 is not in .*none/);
    assert.ok(!existsSync(folders.results) && !existsSync(folders.checkpoints));
  });

  void test('the command shows its options and lists runs', () => {
    const command = (...words: string[]): string => {
      const { stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'main.js'), ...words], { encoding: 'utf8' });
      return stdout + stderr;
    };
    assert.match(command('--help'), /--preset <name>[\s\S]*quick[\s\S]*small-real/);
    const listed = command('--preset', 'small-real', '--method', 'fedsam', '--dry-run').match(/^cifar10-resnet20-fedsam-10-clients-\d+-rounds-seed-\d-[0-9a-f]{8}$/gm);
    assert.equal(listed?.length, 3);
  });
}

const child = process.env['SAMLAB_TEST_FEDERATED'];
if (child === undefined) {
  defineTests();
} else {
  void runAsChild(child);
}
