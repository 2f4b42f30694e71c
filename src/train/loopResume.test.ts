import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tensorCount } from '../engine/tensor';
import { readSafetensors, writeSafetensors } from '../models/safetensors';
import { train } from './loop';
import { disposeNetwork } from './network';
import type { TrainingSettings } from './settings';
import { signalWhen } from '../testing/signalWhen';
import { numbersOf, runInput } from './testing/run';

const folder = mkdtempSync(join(tmpdir(), 'samlab-loop-'));
after(() => rmSync(folder, { recursive: true }));

void test('a run that is stopped in the middle of an epoch and resumed equals an unbroken one, bit for bit', async () => {
  const unbroken = numbersOf(await train(runInput()));
  const checkpoint = { file: join(folder, 'resumed.safetensors'), everySeconds: 1e9, fingerprint: 'a' };
  for (const stopAfter of [2, 1, 2]) {
    let steps = 0;
    const stopped = await train({ ...runInput(), checkpoint, onProgress: () => steps++, signal: signalWhen(() => steps === stopAfter) });
    assert.equal(stopped.status, 'stopped');
    disposeNetwork(stopped.network);
  }
  const resumed = await train({ ...runInput(), checkpoint });
  assert.equal(resumed.status, 'finished');
  assert.equal(resumed.gradientEvaluations, 12);
  assert.deepEqual(numbersOf(resumed), unbroken);
});

/** Methods with a state, perturbing for a part of the run and of the network. */
const KEEPING: readonly Partial<TrainingSettings>[] = [
  { method: 'ssamF', maskSamples: 2, perturbationScope: 'weights' },
  { method: 'ssamD', dropRate: 1, epochs: 3 },
  { method: 'lookSam', lookEvery: 4 },
  { method: 'msam', rho: 1 },
];
for (const changes of KEEPING) {
  void test(`a run with ${changes.method} that is stopped and resumed equals an unbroken one, bit for bit`, async () => {
    const settings = { batchSize: 10, ...changes };
    const unbroken = numbersOf(await train(runInput(settings)));
    const checkpoint = { file: join(folder, `${changes.method}.safetensors`), everySeconds: 1e9, fingerprint: 'a' };
    const before = tensorCount();
    for (const stopAfter of [1, 2]) {
      let steps = 0;
      const stopped = await train({ ...runInput(settings), checkpoint, onProgress: () => steps++, signal: signalWhen(() => steps === stopAfter) });
      assert.equal(stopped.status, 'stopped');
      disposeNetwork(stopped.network);
    }
    assert.deepEqual(numbersOf(await train({ ...runInput(settings), checkpoint })), unbroken);
    assert.equal(tensorCount(), before);
    assert.notDeepEqual(unbroken, numbersOf(await train(runInput({ ...settings, method: 'sam', rho: 0.05 }))), 'the method does nothing');
  });
}

/** Rounds of stops after the first and the second step, then to the end. */
async function stoppedTwice(settings: Partial<TrainingSettings>, file: string, between: () => void = () => undefined): Promise<unknown> {
  const checkpoint = { file, everySeconds: 1e9, fingerprint: 'a' };
  for (const stopAfter of [1, 2]) {
    let steps = 0;
    const stopped = await train({ ...runInput(settings), checkpoint, onProgress: () => steps++, signal: signalWhen(() => steps === stopAfter) });
    assert.equal(stopped.status, 'stopped');
    disposeNetwork(stopped.network);
    between();
  }
  return numbersOf(await train({ ...runInput(settings), checkpoint }));
}

for (const method of ['sgd', 'sam', 'msam'] as const) {
  void test(`a run of ${method} on AdamW with clipping that is stopped and resumed equals an unbroken one, bit for bit, and leaves no tensor`, async () => {
    const settings = { batchSize: 5, method, optimizer: 'adamw', learningRate: 1e-3, beta2: 0.9, clipNorm: 0.5 } as const;
    const unbroken = numbersOf(await train(runInput(settings)));
    const before = tensorCount();
    assert.deepEqual(await stoppedTwice(settings, join(folder, `adamw-${method}.safetensors`)), unbroken);
    assert.equal(tensorCount(), before);
  });
}

void test('a checkpoint that does not name its optimizer, as of earlier versions, is SGD\'s and resumes', async () => {
  const settings = { batchSize: 10 };
  const file = join(folder, 'earlier.safetensors');
  const forget = (): void => {
    const { tensors, metadata } = readSafetensors(file);
    assert.ok([...tensors.keys()].some((name) => name.startsWith('velocity.')) && 'optimizer' in metadata);
    writeSafetensors(file, tensors, Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== 'optimizer')));
  };
  assert.deepEqual(await stoppedTwice(settings, file, forget), numbersOf(await train(runInput(settings))));
});

void test('a checkpoint of other settings is refused, and stays', async () => {
  const checkpoint = { file: join(folder, 'other.safetensors'), everySeconds: 0, fingerprint: 'a' };
  disposeNetwork((await train({ ...runInput({ epochs: 1, warmupEpochs: 0 }), checkpoint })).network);
  await assert.rejects(train({ ...runInput(), checkpoint: { ...checkpoint, fingerprint: 'b' } }), /loadCheckpoint: .*other settings.*delete it/);
  disposeNetwork((await train({ ...runInput({ epochs: 1, warmupEpochs: 0 }), checkpoint })).network);
});

void test('a damaged checkpoint is moved aside, and the run starts over', async () => {
  const unbroken = numbersOf(await train(runInput()));
  for (const [what, bytes] of Object.entries({ zeros: Buffer.alloc(1000), empty: Buffer.alloc(0), text: Buffer.from('no checkpoint') })) {
    const checkpoint = { file: join(folder, `damaged-${what}.safetensors`), everySeconds: 1e9, fingerprint: 'a' };
    writeFileSync(checkpoint.file, bytes);
    assert.deepEqual(numbersOf(await train({ ...runInput(), checkpoint })), unbroken, what);
    assert.deepEqual(readFileSync(`${checkpoint.file}.damaged`), bytes);
    // The file in its place is the run's own, written after its last step.
    assert.deepEqual(numbersOf(await train({ ...runInput(), checkpoint })), unbroken, what);
  }
  mkdirSync(join(folder, 'folder.safetensors'));
  const checkpoint = { file: join(folder, 'folder.safetensors'), everySeconds: 1e9, fingerprint: 'a' };
  await assert.rejects(train({ ...runInput(), checkpoint }), /^Error: loadCheckpoint: the checkpoint .*folder\.safetensors cannot be opened .* delete it to start/);
});

void test('a checkpoint whose numbers are of another shape is named, and stays', async () => {
  const checkpoint = { file: join(folder, 'shape.safetensors'), everySeconds: 0, fingerprint: 'a' };
  disposeNetwork((await train({ ...runInput(), checkpoint })).network);
  const { tensors, metadata } = readSafetensors(checkpoint.file);
  for (const [name, text] of [['position', '{"history":7}'], ['position', '[]'], ['optimizer', '{"numbers":{}}'], ['method', '{"step":0}']] as const) {
    writeSafetensors(checkpoint.file, tensors, { ...metadata, [name]: text });
    await assert.rejects(train({ ...runInput(), checkpoint }), new RegExp(`^Error: loadCheckpoint: the checkpoint .*shape\\.safetensors has no readable ${name}; delete it to start`));
  }
});
