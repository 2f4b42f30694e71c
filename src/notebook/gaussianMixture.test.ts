import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../data/dataset';
import { gaussianMixture } from './gaussianMixture';

const SETTINGS = { classes: 3, dimensions: 8, train: 3000, test: 600, spread: 0.5, seed: 4 };

/** Mean over the vectors of a class. */
function centreOf({ images, labels }: Dataset, label: number): readonly number[] {
  const members = [...labels.keys()].filter((index) => labels[index] === label);
  return Array.from({ length: 8 }, (_, at) => members.reduce((sum, index) => sum + images[8 * index + at]!, 0) / members.length);
}

test('classes have equal parts, and both sets scatter by the spread around the same centres', () => {
  const { train, test: held } = gaussianMixture(SETTINGS);
  assert.deepEqual([0, 1, 2].map((label) => train.labels.filter((other) => other === label).length), [1000, 1000, 1000]);
  for (const label of [0, 1, 2]) {
    const [ofTrain, ofTest] = [centreOf(train, label), centreOf(held, label)];
    // A mean of 200 numbers of deviation 0.5 is off by 0.035 on average; five times that is never met here.
    ofTrain.forEach((coordinate, at) => assert.ok(Math.abs(coordinate - ofTest[at]!) < 0.2, `class ${label}: ${coordinate} and ${ofTest[at]}`));
  }
  const centres = [0, 1, 2].map((label) => centreOf(train, label));
  const squares = [...train.images].map((x, index) => (x - centres[train.labels[Math.floor(index / 8)]!]![index % 8]!) ** 2);
  const deviation = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  // Of 24,000 numbers: relative error 1 / sqrt(2 n) = 0.5 %, five times that is 2.3 %.
  assert.ok(Math.abs(deviation - 0.5) < 0.0115, `deviation ${deviation}`);
});

test('a seed gives the same vectors again, another one other centres', () => {
  const [one, same, other] = [4, 4, 5].map((seed) => gaussianMixture({ ...SETTINGS, train: 6, test: 3, seed }));
  assert.deepEqual(one!.train.images, same!.train.images);
  assert.notDeepEqual(one!.train.images, other!.train.images);
  assert.notDeepEqual(one!.train.images.slice(0, 8), one!.test.images.slice(0, 8));
});
