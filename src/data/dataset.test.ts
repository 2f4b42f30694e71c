import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classCounts, IMAGE_BYTES, imageCount, select } from './dataset';
import { numberedDataset } from './testing/numberedDataset';

test('select copies whole images with their labels, in the order asked for', () => {
  const full = numberedDataset(5, 5);
  const chosen = select(full, Int32Array.of(3, 0, 3));
  assert.equal(imageCount(chosen), 3);
  assert.deepEqual([...chosen.labels], [3, 0, 3]);
  // Blue is 1 + index: the first and the last byte of each image's blue channel.
  assert.deepEqual([0, 1, 2].map((image) => chosen.images[image * IMAGE_BYTES + 2]), [4, 1, 4]);
  assert.deepEqual([0, 1, 2].map((image) => chosen.images[image * IMAGE_BYTES + IMAGE_BYTES - 1]), [4, 1, 4]);
  // Red of the last row is 1 + 7 * 31.
  assert.equal(chosen.images[IMAGE_BYTES - 3], 218);
  chosen.images.fill(0);
  assert.equal(full.images[2], 1, 'a selection does not share memory with the full set');
});

test('select refuses an index outside the data set', () => {
  assert.throws(() => select(numberedDataset(4, 2), Int32Array.of(0, 4)), {
    name: 'RangeError',
    message: 'select: expected indices below 4 (CIFAR-10), got 4.',
  });
});

test('classCounts counts each label', () => {
  assert.deepEqual([...classCounts(Uint8Array.of(2, 0, 2, 2), 4)], [1, 0, 3, 0]);
});
