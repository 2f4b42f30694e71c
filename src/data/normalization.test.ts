import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pixelStatistics, measureStatistics, normalizedValues } from './normalization';
import { numberedDataset } from './testing/numberedDataset';

test('half maps black to -1 and white to 1', () => {
  const values = normalizedValues(pixelStatistics('half', numberedDataset(1, 1)));
  assert.equal(values.length, 768);
  for (const channel of [0, 1, 2]) {
    assert.equal(values[256 * channel], -1);
    assert.equal(values[256 * channel + 255], 1);
    assert.equal(values[256 * channel + 51], Math.fround(-0.6)); // 51 / 255 = 0.2
  }
});

test('each channel has its own mean and deviation', () => {
  const values = normalizedValues({ mean: [0, 0.2, 1], std: [1, 0.5, 2] });
  // 102 / 255 = 0.4: 0.4, (0.4 - 0.2) / 0.5, (0.4 - 1) / 2.
  assert.deepEqual([values[102], values[256 + 102], values[512 + 102]], [0.4, 0.4, -0.3].map(Math.fround));
});

test('dataset goes by the name of the data set, and a name without constants is refused', () => {
  const data = numberedDataset(1, 1);
  assert.equal(pixelStatistics('dataset', data).std[2], 0.2616);
  assert.equal(pixelStatistics('dataset', { ...data, name: 'CIFAR-100' }).std[2], 0.2762);
  assert.throws(
    () => pixelStatistics('dataset', { ...data, name: 'other' }),
    /^RangeError: pixelStatistics: expected a data set named CIFAR-10, .*, got other; normalise it with 'half'/,
  );
});

test('measured statistics agree with a sum over pixels done by hand', () => {
  // Two images: blue is 1 and 2, so its mean is 1.5 / 255 and its deviation 0.5 / 255.
  // Rows 0 to 31 give red 1 + 7 row: mean 1 + 7 * 15.5 = 109.5, variance 49 (32^2 - 1) / 12 = 4177.25.
  const { mean, std } = measureStatistics(numberedDataset(2, 1));
  const expected = [109.5, 109.5, 1.5, Math.sqrt(4177.25), Math.sqrt(4177.25), 0.5];
  [...mean, ...std].forEach((value, position) => {
    assert.ok(Math.abs(value - expected[position]! / 255) < 1e-12, `${position}: ${value}`);
  });
});
