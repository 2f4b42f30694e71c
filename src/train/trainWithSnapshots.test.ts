import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { syntheticDataset } from '../data/synthetic';
import { tensorCount } from '../engine/tensor';
import { createModel } from '../models/create';
import { train } from './loop';
import { disposeNetwork } from './network';
import { TEST_SETTINGS } from './testing/settings';
import type { TrainingOutcome } from './trainingRun';
import { trainWithSnapshots } from './trainWithSnapshots';
import { signalWhen } from '../testing/signalWhen';

test('snapshots are the weights after each epoch, and change nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-snapshots-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const before = tensorCount();
  const model = createModel('resnet20', 'cifar', 10);
  const trainingSet = syntheticDataset(10, { trainPerClass: 2, testPerClass: 1, seed: 0 }).train;
  const settings = { ...TEST_SETTINGS, method: 'sgd', epochs: 3, batchSize: 10 } as const;
  const input = { model, settings, trainingSet };
  const first = (outcome: Pick<TrainingOutcome, 'network'>): number[] => [...outcome.network.parameters.toArrays()[0]!];
  const snapshots: [number, number[]][] = [];
  const watched = {
    ...input,
    checkpoint: { file: join(folder, 'run.safetensors'), everySeconds: 1000, fingerprint: 'test' },
    everyEpochs: 1,
    onSnapshot: (epoch: number, network: TrainingOutcome['network']) => snapshots.push([epoch, first({ network })]),
  };
  let polls = 0;
  const stopped = await trainWithSnapshots({ ...watched, signal: signalWhen(() => ++polls >= 3) });
  assert.equal(stopped.status, 'stopped');
  disposeNetwork(stopped.network);
  const outcome = await trainWithSnapshots(watched);
  const plain = await train(input);
  assert.equal(outcome.status, 'finished');
  assert.deepEqual(first(outcome), first(plain));
  assert.deepEqual(outcome.history.map(({ trainLoss }) => trainLoss), plain.history.map(({ trainLoss }) => trainLoss));
  assert.deepEqual(snapshots.map(([epoch]) => epoch), [1, 2, 3]);
  assert.equal(new Set(snapshots.map(([, weights]) => weights.join())).size, 3);
  assert.deepEqual(snapshots[2]![1], first(plain));
  // A run stopped after the second of the two steps of epoch 2 has the weights of that snapshot.
  let steps = 0;
  const halfWay = await train({ ...input, signal: signalWhen(() => ++steps === 4) });
  assert.deepEqual(snapshots[1]![1], first(halfWay));
  [outcome, plain, halfWay].forEach(({ network }) => disposeNetwork(network));
  assert.equal(tensorCount(), before);
  await assert.rejects(trainWithSnapshots({ ...watched, everyEpochs: 0 }), /whole number of epochs between snapshots, got 0/);
});
