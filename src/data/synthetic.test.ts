import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classCounts, IMAGE_BYTES, imageCount, type Dataset, type DatasetPair } from './dataset';
import { measureStatistics, NORMALIZATIONS } from './normalization';
import { syntheticDataset } from './synthetic';
import { SHAPES, TEXTURES } from './syntheticShapes';

const defaults: Readonly<Record<10 | 100, DatasetPair>> = { 10: syntheticDataset(10), 100: syntheticDataset(100) };

/** Accuracy of the nearest class mean on pixels, a linear classifier. */
function nearestMeanAccuracy({ train, test: held }: DatasetPair): number {
  const classes = train.classNames.length;
  const sums = Array.from({ length: classes }, () => new Float64Array(IMAGE_BYTES));
  train.labels.forEach((label, image) => {
    const sum = sums[label]!;
    for (let byte = 0; byte < IMAGE_BYTES; byte++) sum[byte]! += train.images[image * IMAGE_BYTES + byte]!;
  });
  const counts = classCounts(train.labels, classes);
  const means = sums.map((sum, label) => sum.map((value) => value / counts[label]!));
  let right = 0;
  held.labels.forEach((label, image) => {
    const distances = means.map((mean) => {
      let distance = 0;
      for (let byte = 0; byte < IMAGE_BYTES; byte++) distance += (held.images[image * IMAGE_BYTES + byte]! - mean[byte]!) ** 2;
      return distance;
    });
    if (distances.indexOf(Math.min(...distances)) === label) right++;
  });
  return right / imageCount(held);
}

test('the sets are named, balanced and marked as synthetic', () => {
  for (const [classes, trainPerClass, testPerClass] of [[10, 500, 100], [100, 100, 20]] as const) {
    const { train, test: held } = defaults[classes];
    for (const [part, perClass] of [[train, trainPerClass], [held, testPerClass]] as const) {
      assert.equal(part.name, `synthetic-${classes}`);
      assert.ok(part.synthetic);
      assert.equal(new Set(part.classNames).size, classes);
      assert.equal(part.images.length, imageCount(part) * IMAGE_BYTES);
      assert.deepEqual([...classCounts(part.labels, classes)], new Array(classes).fill(perClass));
    }
  }
});

test('a class of the hundred is a texture and a shape, and its name says which', () => {
  const { classNames } = defaults[100].train;
  assert.equal(Object.keys(SHAPES).length * Object.keys(TEXTURES).length, 100);
  assert.equal(classNames[0], 'plain disc');
  assert.equal(classNames[37], 'slanted bars');
});

test('the constants for normalisation are those of the default training sets', () => {
  for (const { train } of [defaults[10], defaults[100]]) {
    const measured = measureStatistics(train);
    const constants = NORMALIZATIONS[train.name]!;
    for (const channel of [0, 1, 2] as const) {
      assert.ok(Math.abs(measured.mean[channel]! - constants.mean[channel]!) <= 0.5001e-4, `${train.name}: ${measured.mean.join(' ')}`);
      assert.ok(Math.abs(measured.std[channel]! - constants.std[channel]!) <= 0.5001e-4, `${train.name}: ${measured.std.join(' ')}`);
    }
  }
});

test('a linear classifier is above chance and far from solving either set', () => {
  const ten = nearestMeanAccuracy(defaults[10]);
  assert.ok(ten > 0.2 && ten < 0.5, `10 classes: ${ten}`);
  const hundred = nearestMeanAccuracy(defaults[100]);
  assert.ok(hundred > 0.03 && hundred < 0.3, `100 classes: ${hundred}`);
});

test('the seed decides every byte; parts and pictures differ', () => {
  const draw = (seed: number): DatasetPair => syntheticDataset(10, { trainPerClass: 3, testPerClass: 3, seed });
  assert.deepEqual(draw(5), draw(5));
  assert.notDeepEqual(draw(5).train.images, draw(6).train.images);
  const pictures = (part: Dataset): string[] =>
    Array.from({ length: 30 }, (_, image) => part.images.subarray(image * IMAGE_BYTES, (image + 1) * IMAGE_BYTES).join());
  const { train, test: held } = draw(5);
  assert.equal(new Set([...pictures(train), ...pictures(held)]).size, 60);
});

test('a smaller set is contained in a larger one', () => {
  const small = syntheticDataset(100, { trainPerClass: 1, testPerClass: 1 }).train;
  assert.deepEqual(small.images, defaults[100].train.images.subarray(0, small.images.length));
});

/** Whether the point (x, y) lies inside a shape. */
const inside = (shape: string, x: number, y: number): boolean => SHAPES[shape]!(x, y) < 0;

test('each outline contains and leaves out the points that its name promises', () => {
  const centre = ['disc', 'square', 'triangle', 'plus', 'star'];
  const hollow = ['ring', 'crescent', 'bars', 'frame'];
  for (const shape of centre) assert.ok(inside(shape, 0, 0), shape);
  // A crescent is hollow to the right of its centre.
  for (const shape of hollow) assert.ok(!inside(shape, 0.1, 0), shape);
  for (const shape of Object.keys(SHAPES)) assert.ok(!inside(shape, 1.3, 1.3), `${shape} ends within its box`);
  assert.ok(inside('square', 0.7, 0.7) && !inside('disc', 0.7, 0.7) && !inside('plus', 0.7, 0.7));
  assert.ok(inside('frame', 0.7, 0.7) && !inside('ring', 0.75, 0.75));
  assert.ok(inside('bars', 0, 0.6) && inside('bars', 0, -0.6));
  assert.ok(inside('hourglass', 0.7, 0.85) && inside('hourglass', 0.7, -0.85) && !inside('hourglass', 0.5, 0));
  assert.ok(inside('crescent', -0.7, 0) && !inside('crescent', 0.7, 0));
  assert.ok(inside('triangle', 0.8, 0.5) && !inside('triangle', 0.5, -0.8), 'a triangle stands on its base');
  assert.ok(inside('star', 0, -0.9) && !inside('star', 0, 0.9), 'a star points up');
});
