import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../data/batches';
import { testViews } from './testAugmentation';

const PICTURE = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];

function batchOf(...pictures: readonly (readonly (readonly number[])[])[]): Batch {
  return { images: Float32Array.from(pictures.flat(2)), labels: new Int32Array(pictures.length), size: pictures.length, shape: [3, 3, 1] };
}

function viewsOf(mode: 'mirror' | 'mirrorAndShift'): [number, number[]][] {
  return testViews(batchOf(PICTURE), mode).map(({ batch, weight }) => [weight, [...batch.images]]);
}

test('mirrors and shifts by hand, with reflected edges', () => {
  const plain: [number, number[]][] = [
    [1 / 2, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [1 / 2, [3, 2, 1, 6, 5, 4, 9, 8, 7]],
  ];
  assert.deepEqual(viewsOf('mirror'), plain);
  assert.deepEqual(viewsOf('mirrorAndShift'), [
    ...plain.map(([weight, picture]) => [weight / 2, picture]),
    [1 / 8, [5, 6, 5, 8, 9, 8, 5, 6, 5]],
    [1 / 8, [5, 6, 5, 8, 9, 8, 5, 6, 5]],
    [1 / 8, [5, 4, 5, 2, 1, 2, 5, 4, 5]],
    [1 / 8, [5, 4, 5, 2, 1, 2, 5, 4, 5]],
  ]);
});

test('a shifted image that is not symmetric is mirrored after the shift; images of a batch stay apart', () => {
  const wide: Batch = { images: Float32Array.from([0, 0, 0, 0, 1, 2, 3, 4]), labels: new Int32Array(2), size: 2, shape: [1, 4, 1] };
  // A single row cannot be reflected, so a map of two rows.
  const tall: Batch = { images: Float32Array.from([...wide.images, ...wide.images]), labels: new Int32Array(2), size: 2, shape: [2, 4, 1] };
  const views = testViews(tall, 'mirrorAndShift').map(({ batch }) => [...batch.images.slice(0, 8)]);
  assert.deepEqual(views[2], [1, 2, 3, 4, 0, 0, 0, 0].map((_, index) => [2, 3, 4, 3, 0, 0, 0, 0][index]));
  assert.deepEqual(views[3], [3, 4, 3, 2, 0, 0, 0, 0]);
});

test('one view without augmentation; inputs that are no images are refused', () => {
  const batch = batchOf(PICTURE);
  assert.deepEqual(testViews(batch, 'none'), [{ batch, weight: 1 }]);
  const vectors: Batch = { images: new Float32Array(4), labels: new Int32Array(1), size: 1, shape: [4] };
  assert.throws(() => testViews(vectors, 'mirror'), { name: 'RangeError', message: /is for images .* got inputs of shape \[4\]/ });
});
