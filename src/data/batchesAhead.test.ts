import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { BatchesAhead, type RunBatchOptions } from './batchesAhead';
import { trainingBatches } from './batches';
import { imageRoom, shared } from './dataset';
import { numberedDataset } from './testing/numberedDataset';

const folder = mkdtempSync(join(tmpdir(), 'samlab-batches-ahead-'));
after(() => rmSync(folder, { recursive: true }));

/** Threads that this process has started, in their order. */
const threads: Worker[] = [];
process.on('worker', (worker) => threads.push(worker));

const options: RunBatchOptions = { batchSize: 4, seed: 7, augmentation: { cropPadding: 4, flip: true, cutout: 8, autoAugment: 'cifar10' }, normalization: 'dataset' };
/** Five batches an epoch, of which the last has two images. */
const dataset = numberedDataset(18, 3);
const expected = (epoch: number): unknown[] => [...trainingBatches(dataset, { ...options, epoch })];

test('the batches of a run are those of trainingBatches, bit for bit, with images that threads share or not', async () => {
  for (const images of [dataset, shared(dataset)]) {
    const batches = new BatchesAhead(images, options, 2);
    await batches.begin({ epoch: 1, step: 0 });
    assert.deepEqual([...batches.epoch()], expected(1));
    assert.deepEqual([...batches.epoch()], expected(2));
    await batches.end();
  }
});

test('a run begins at any batch, and an interrupted epoch continues where it stopped', async () => {
  const batches = new BatchesAhead(dataset, options, 3);
  await batches.begin({ epoch: 2, step: 3 });
  for (const batch of batches.epoch()) {
    assert.deepEqual(batch, expected(2)[3]);
    break;
  }
  assert.deepEqual([...batches.epoch()], expected(2).slice(4));
  assert.deepEqual([...batches.epoch()], expected(3));
  await batches.end();
});

test('a run that begins after the last batch of an epoch has no batch of this epoch', async () => {
  const batches = new BatchesAhead(dataset, options, 2);
  await batches.begin({ epoch: 1, step: 5 });
  assert.deepEqual([...batches.epoch()], []);
  assert.deepEqual([...batches.epoch()], expected(2));
  await batches.end();
});

test('settings out of range are refused as by trainingBatches, and no thread is started', () => {
  const before = threads.length;
  assert.throws(() => new BatchesAhead(dataset, { ...options, batchSize: 19 }, 1), { name: 'RangeError', message: /^trainingBatches: .* got batchSize 19; make/ });
  assert.throws(() => new BatchesAhead(dataset, { ...options, augmentation: { ...options.augmentation, cutout: -1 } }, 1), /expected cutout in whole pixels/);
  assert.equal(threads.length, before);
});

test('an error in the thread is thrown where its batch would have been', async () => {
  const batches = new BatchesAhead({ ...dataset, name: 'mine' }, options, 1);
  await batches.begin({ epoch: 1, step: 0 });
  assert.throws(() => [...batches.epoch()], { name: 'RangeError', message: /^pixelStatistics: expected a data set named .*, got mine;/ });
  await batches.end();
});

test('a thread that died still delivers its finished batches, then an error', async () => {
  const batches = new BatchesAhead(dataset, options, 1);
  await batches.begin({ epoch: 1, step: 0 });
  const epoch = batches.epoch();
  assert.deepEqual(epoch.next().value, expected(1)[0]);
  await threads.at(-1)!.terminate();
  assert.throws(() => [...epoch], /^Error: trainingBatches: expected a batch from the thread that makes them, but it has ended\.$/);
  await batches.end();
});

test('the last batches stay available after their thread has finished', async () => {
  const batches = new BatchesAhead(dataset, options, 1);
  await batches.begin({ epoch: 1, step: 3 });
  const epoch = batches.epoch();
  // The thread waits while two batches are ready, so this lets it continue.
  assert.deepEqual(epoch.next().value, expected(1)[3]);
  const thread = threads.at(-1)!;
  thread.ref();
  await once(thread, 'exit');
  assert.deepEqual([...epoch], expected(1).slice(4));
  await batches.end();
});

test('a thread that finishes before anyone checks counts as started', async () => {
  const batches = new BatchesAhead(dataset, options, 1);
  const begun = batches.begin({ epoch: 1, step: 4 });
  // Blocked, as in a long step: the thread reports that it runs, makes its only batch and ends.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, 500);
  await begun;
  assert.deepEqual([...batches.epoch()], expected(1).slice(4));
  await batches.end();
});

test('a thread can be ended in the middle of a run', async () => {
  const batches = new BatchesAhead(dataset, options, 1);
  await batches.begin({ epoch: 1, step: 0 });
  let gone = false;
  threads.at(-1)!.once('exit', () => (gone = true));
  await batches.end();
  assert.ok(gone);
});

/** Runs a program of its own; ends it after twenty seconds, which no test should need. */
function run(program: string, ...flags: string[]): { readonly status: number | null; readonly stderr: string } {
  const path = join(folder, 'program.js');
  writeFileSync(path, `const { BatchesAhead } = require(${JSON.stringify(join(__dirname, 'batchesAhead'))});
    const dataset = require(${JSON.stringify(join(__dirname, 'testing', 'numberedDataset'))}).numberedDataset(18, 3);
    const batches = new BatchesAhead(dataset, ${JSON.stringify(options)}, 1);
    ${program}`);
  return spawnSync(process.execPath, [...flags, path], { encoding: 'utf8', timeout: 20_000 });
}

test('a thread that was not closed does not keep the process alive', () => {
  const { status, stderr } = run(`batches.begin({ epoch: 1, step: 0 }).then(() => batches.epoch().next());`);
  assert.equal(status, 0, stderr);
});

/** Flags that run code first in each thread but the main one. */
function inThread(code: string): string[] {
  const path = join(folder, 'before.js');
  writeFileSync(path, `if (!require('node:worker_threads').isMainThread) { ${code} }`);
  return ['--require', path];
}

test('a thread that cannot start is an error that says why', () => {
  const { status, stderr } = run('batches.begin({ epoch: 1, step: 0 });', ...inThread(`throw new Error('no room for a thread');`));
  assert.equal(status, 1, stderr);
  assert.match(stderr, /Error: no room for a thread/);
});

test('a thread that ends before it begins is an error too', () => {
  const { status, stderr } = run('batches.begin({ epoch: 1, step: 0 });', ...inThread('process.exit(0);'));
  assert.equal(status, 1, stderr);
  assert.match(stderr, /Error: trainingBatches: .* it has ended/);
});

test('the thread does not load TensorFlow', () => {
  const refuse = `const Module = require('node:module'), load = Module._load;
    Module._load = (name, ...others) => { if (/tensorflow|engine.tensor/i.test(name)) throw new Error(name + ' is loaded'); return load(name, ...others); };`;
  const { status, stderr } = run('batches.begin({ epoch: 1, step: 0 }).then(() => batches.end());', ...inThread(refuse));
  assert.equal(status, 0, stderr);
});

test('shareable images are not copied; others are copied once', () => {
  const copy = shared(dataset);
  assert.ok(copy.images.buffer instanceof SharedArrayBuffer);
  assert.deepEqual(copy, dataset);
  assert.equal(shared(copy), copy);
  assert.equal(imageRoom(2).length, 2 * 32 * 32 * 3);
});
