import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { datasetOf } from './arrays';
import { evaluationBatches, trainingBatches, type Batch } from './batches';
import { BatchesAhead } from './batchesAhead';
import { checkDataset } from './checkDataset';
import type { Dataset } from './dataset';

import { symmetricLabelNoise } from './labelNoise';
import { iidPartition } from './partition';
import { balancedSubset, splitHeldOut } from './subset';
import { numberedDataset } from './testing/numberedDataset';

const PLAIN = { cropPadding: 0, flip: false, cutout: 0 } as const;

function first(dataset: Dataset, normalization: 'half' | 'dataset'): Batch {
  return [...evaluationBatches(dataset, { batchSize: 100, normalization })][0]!;
}

void test('vectors are used unchanged, whatever the normalisation, also in subsets and training batches', async () => {
  const inputs = Array.from({ length: 12 }, (_, index) => [index, -index, index / 4]);
  const points = datasetOf({ name: 'points', inputs, labels: inputs.map((_, index) => index % 3) });
  assert.deepEqual([points.shape, points.classNames], [[3], ['class 0', 'class 1', 'class 2']]);
  const { images, shape } = first(points, 'dataset');
  assert.deepEqual([[...images], shape], [inputs.flat(), [3]]);
  const subset = balancedSubset(points, { imagesPerClass: 2, seed: 0 });
  assert.deepEqual([...subset.labels].sort(), [0, 0, 1, 1, 2, 2]);
  assert.ok(subset.labels.every((label, index) => subset.images[3 * index]! % 3 === label && subset.images[3 * index + 1] === -subset.images[3 * index]!), 'vectors keep their labels');
  assert.equal(splitHeldOut(points, { perClass: 1, seed: 0 }).heldOut.images.length, 3 * 3);
  assert.equal(symmetricLabelNoise(points, { fraction: 0.5, seed: 0 }).labels.filter((label, index) => label !== index % 3).length, 6);
  assert.equal(iidPartition(points.labels, { clients: 3, seed: 0 }).flatMap((part) => [...part]).length, 12);
  const options = { batchSize: 5, seed: 0, normalization: 'half', augmentation: PLAIN } as const;
  const here = [...trainingBatches(points, { ...options, epoch: 1 })];
  assert.deepEqual(here.flatMap(({ images: values }) => [...values].filter((_, index) => index % 3 === 0)).sort((a, b) => a - b), inputs.map(([value]) => value));
  const ahead = new BatchesAhead(points, options, 1);
  await ahead.begin({ epoch: 1, step: 0 });
  assert.deepEqual([...ahead.epoch()], here, 'the thread makes the same');
  await ahead.end();
});

void test('bytes of another shape are normalised channel by channel, test images as the training images', () => {
  // Two pixels of two channels: means 30 and 100 of 255, deviations 10 and 20.
  const training = datasetOf({ name: 'pairs', inputs: Uint8Array.of(20, 80, 40, 120), labels: [0], shape: [1, 2, 2] });
  const close = (values: Iterable<number>, expected: readonly number[]): void => [...values].forEach((value, index) => assert.ok(Math.abs(value - expected[index]!) < 1e-5, `${value} is not ${expected[index]}`));
  close(first(training, 'dataset').images, [-1, -1, 1, 1]);
  close(first(training, 'half').images, [20, 80, 40, 120].map((byte) => (byte / 255 - 0.5) / 0.5));
  const later = datasetOf({ name: 'pairs', inputs: Uint8Array.of(50, 100, 30, 120), labels: [0], shape: [1, 2, 2], ...(training.statistics ? { statistics: training.statistics } : {}) });
  close(first(later, 'dataset').images, [2, 0, 0, 1]);
});

void test('bytes of 32 x 32 x 3 are treated as CIFAR images, including augmentation', () => {
  const cifar = numberedDataset(60, 10);
  const own = datasetOf({ name: 'own', inputs: cifar.images as Uint8Array, labels: cifar.labels, shape: [32, 32, 3] });
  const options = { batchSize: 20, epoch: 1, seed: 0, normalization: 'half', augmentation: { cropPadding: 4, flip: true, cutout: 8 } } as const;
  const [a, b] = [own, cifar].map((dataset) => [...trainingBatches(dataset, options)].map(({ images, labels }) => ({ images, labels })));
  assert.deepEqual(a, b);
  checkDataset('here', own, { classes: 10 });
});

void test('arrays of another Node context, such as notebook cells, are accepted', () => {
  const [bytes, floats, rows] = runInNewContext('[Uint8Array.of(1, 2), Float32Array.of(1, 2), [[1], [2]]]') as [Uint8Array, Float32Array, number[][]];
  assert.deepEqual([bytes, floats].map((inputs) => datasetOf({ name: 'x', inputs, labels: [0, 1], shape: [1] }).images.constructor.name), ['Uint8Array', 'Float32Array']);
  assert.deepEqual([...datasetOf({ name: 'x', inputs: rows, labels: [0, 1] }).images], [1, 2]);
});

void test('classes are counted from as many labels as there are', () => {
  // More than a function takes as arguments.
  const labels = Uint8Array.from({ length: 300_000 }, (_, index) => index % 7);
  assert.equal(datasetOf({ name: 'many', inputs: labels, labels, shape: [1] }).classNames.length, 7);
});
