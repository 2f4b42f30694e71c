import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanInterval } from './interval';

test('the interval of 1, 2, 3 is 2 ± 4.3027 / sqrt(3)', () => {
  // s = 1; t(0.975, 2) = 4.302653 is in every printed table of the distribution.
  const { mean, halfWidth, n } = meanInterval([1, 2, 3]);
  assert.equal(mean, 2);
  assert.equal(n, 3);
  assert.ok(Math.abs(halfWidth! - 4.302653 / Math.sqrt(3)) < 1e-6, `half width ${halfWidth}`);
});

test('two values use one degree of freedom', () => {
  // s = sqrt(2), s / sqrt(n) = 1; t(0.975, 1) = tan(0.475 pi), for t with one degree of freedom is Cauchy's distribution.
  const { halfWidth } = meanInterval([10, 12]);
  assert.ok(Math.abs(halfWidth! - Math.tan(0.475 * Math.PI)) < 1e-6, `half width ${halfWidth}`);
});

test('one value has no interval', () => {
  assert.deepEqual(meanInterval([7.5]), { mean: 7.5, halfWidth: null, n: 1 });
});

test('no value and a NaN are refused', () => {
  assert.throws(() => meanInterval([]), /meanInterval: expected one finite number or more, got \[\]/);
  assert.throws(() => meanInterval([1, NaN]), /got \[1, NaN\]; leave diverged runs out/);
});
