import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tensorCount } from '../engine/tensor';
import type { ExperimentConfig } from '../experiment/config';
import { experimentData } from '../experiment/experimentData';
import { StoppedError } from '../progress/work';
import { DEFAULT_CONFIG } from '../experiment/presets';
import type { ExperimentFolders } from '../experiment/folders';
import { runId } from '../experiment/store';
import { createModel } from '../models/create';
import type { PerturbationRule } from '../optim/perturbation';
import { evaluate } from '../train/evaluate';
import { disposeNetwork } from '../train/network';
import { trainLive } from './trainLive';

const CONFIG: ExperimentConfig = {
  ...DEFAULT_CONFIG,
  imagesPerClass: 2,
  testImagesPerClass: 1,
  model: 'resnet20',
  normalization: 'half',
  method: 'sam',
  epochs: 3,
  warmupEpochs: 0,
  batchSize: 5,
};

/** A folder without data sets; the embedded one is allowed instead. */
function foldersIn(base: string): ExperimentFolders {
  return { data: join(base, 'none'), allowSynthetic: true, results: join(base, 'results'), checkpoints: join(base, 'checkpoints'), weights: join(base, 'weights') };
}

test('an interrupted training leaves a checkpoint, and the same call resumes to the numbers of an uninterrupted one', async (context) => {
  const base = mkdtempSync(join(tmpdir(), 'samlab-live-'));
  context.after(() => rmSync(base, { recursive: true }));
  const log = context.mock.method(console, 'log', () => undefined);
  const folders = foldersIn(join(base, 'interrupted'));
  const checkpoint = join(folders.checkpoints, `${runId(CONFIG)}.safetensors`);
  let steps = 0;
  const stopButton = new AbortController();
  const kernel = globalThis as { [key: symbol]: unknown };
  const interruptAtSixth = (): void => {
    if (++steps === 6) {
      stopButton.abort();
    }
  };
  kernel[Symbol.for('samlab.kernel')] = { cell: () => ({ signal: stopButton.signal, hold: () => () => undefined }) };
  await assert.rejects(trainLive(CONFIG, { folders, onProgress: interruptAtSixth }), (error) => error instanceof StoppedError && error.message.includes(runId(CONFIG)));
  Reflect.deleteProperty(kernel, Symbol.for('samlab.kernel'));
  assert.ok(existsSync(checkpoint), 'there is no checkpoint');
  // Three epochs of four steps.
  assert.equal(steps, 6);

  const resumed = await trainLive(CONFIG, { folders });
  const unbroken = await trainLive(CONFIG, { folders: foldersIn(join(base, 'unbroken')) });
  assert.deepEqual(resumed.final, unbroken.final);
  assert.deepEqual(resumed.history.map(({ trainLoss }) => trainLoss), unbroken.history.map(({ trainLoss }) => trainLoss));
  assert.ok(!existsSync(checkpoint), 'the checkpoint of a finished run is still there');
  const lines = log.mock.calls.map((call) => String(call.arguments[0]));
  assert.ok(lines.some((line) => line.startsWith('SAM, ResNet-20, synthetic-10, seed 0 — embedded synthetic images, not CIFAR: epoch 3/3')), lines.join('\n'));
});

const LIKE_SAM: PerturbationRule = { name: 'like SAM', perturb: ({ gradient, rho }) => gradient.times(rho / gradient.norm()) };

test('a rule of one\'s own trains to SAM\'s numbers, and the network that is kept is the measured one', async (context) => {
  const base = mkdtempSync(join(tmpdir(), 'samlab-live-rule-'));
  context.after(() => rmSync(base, { recursive: true }));
  const log = context.mock.method(console, 'log', () => undefined);
  const folders = foldersIn(base);
  const before = tensorCount();
  const changes = { ...CONFIG, epochs: 1, kernels: 'pinned' } as const;
  const sam = await trainLive(changes, { folders });
  const own = await trainLive({ ...changes, method: 'sgd' }, { folders, rule: LIKE_SAM, keepNetwork: true });
  assert.deepEqual(own.history.map(({ trainLoss }) => trainLoss), sam.history.map(({ trainLoss }) => trainLoss));
  assert.ok(log.mock.calls.some(({ arguments: [line] }) => String(line).startsWith('like SAM, ResNet-20')));
  const { test: images, training } = await experimentData(CONFIG, folders);
  assert.equal((await evaluate(own.model, own.network, images, 'half')).loss, own.final!.loss);
  disposeNetwork(own.network);
  const { status, network, history } = await trainLive({ model: createModel('resnet20', 'cifar', 10), trainingSet: training, settings: changes, rule: LIKE_SAM });
  assert.equal(status, 'finished');
  assert.deepEqual(history.map(({ trainLoss }) => trainLoss), sam.history.map(({ trainLoss }) => trainLoss));
  disposeNetwork(network);
  assert.equal(tensorCount(), before);
});
