import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDataset } from './checkDataset';
import type { Dataset } from './dataset';
import { numberedDataset } from './testing/numberedDataset';

const fine = numberedDataset(60, 10);

test('a data set that fits passes, whatever the shape that the network declares', () => {
  checkDataset('here', fine, { classes: 10 });
  checkDataset('here', { ...fine, images: new Uint8Array(60 * 28 * 28), shape: [28, 28, 1] }, { classes: 10, inputShape: [28, 28, 1] });
  checkDataset('here', fine, { classes: 100 });
});

const wrong: readonly (readonly [string, Partial<Record<keyof Dataset, unknown>>, string, RegExp])[] = [
  ['images of 28 x 28', { images: new Uint8Array(60 * 28 * 28) }, 'RangeError', /^here: expected 60 images of shape \[32, 32, 3\].* 184320 bytes, got 47040 bytes in CIFAR-10; /],
  ['an image too few', { images: fine.images.subarray(3072) }, 'RangeError', /got 181248 bytes/],
  ['a label too few', { labels: fine.labels.subarray(1) }, 'RangeError', /expected 59 images/],
  ['a label out of range', { labels: fine.labels.map((label, image) => (image === 7 ? 10 : label)) }, 'RangeError', /expected labels from 0 to 9, .* got 10 for image 7 of CIFAR-10/],
  ['no images', { images: new Uint8Array(0), labels: new Uint8Array(0) }, 'RangeError', /expected at least one image, got none; take a larger part of CIFAR-10/],
  ['another shape', { shape: [1024, 3] }, 'RangeError', /takes inputs of shape \[32, 32, 3\], those of CIFAR-10 have \[1024, 3\]/],
  ['images as doubles', { images: Float64Array.from(fine.images) }, 'TypeError', /expected the images of CIFAR-10 as a Uint8Array or Float32Array, got Float64Array; copy them/],
  ['labels in a list', { labels: [...fine.labels] }, 'TypeError', /expected the labels of CIFAR-10 as a Uint8Array, got Array/],
  ['no labels at all', { labels: undefined }, 'TypeError', /got Undefined/],
];
for (const [name, change, type, message] of wrong) {
  test(`${name}: refused by the caller's name`, () => {
    assert.throws(() => checkDataset('here', { ...fine, ...change } as Dataset, { classes: 10 }), { name: type, message });
  });
}
