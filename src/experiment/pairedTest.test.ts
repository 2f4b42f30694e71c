import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairedTest } from './pairedTest';

void test('differences of 1, 2, 3 have t = 2 sqrt(3) and, with two degrees of freedom, p = 1 - t / sqrt(2 + t²)', () => {
  // The distribution function with two degrees of freedom is 1/2 + t / (2 sqrt(2 + t²)).
  const { difference, halfWidth, pValue } = pairedTest([11, 22, 33], [10, 20, 30]);
  const t = 2 * Math.sqrt(3);
  assert.equal(difference, 2);
  assert.ok(Math.abs(halfWidth! - 4.302653 / Math.sqrt(3)) < 1e-6);
  assert.ok(Math.abs(pValue! - (1 - t / Math.sqrt(2 + t * t))) < 1e-9, `p ${pValue}`);
});

void test('two pairs use the Cauchy distribution, and the sign of the difference is that of value minus reference', () => {
  // d = -1, -3: mean -2, s = sqrt(2), t = 2; p = 1 - (2 / pi) atan(2).
  const { difference, pValue } = pairedTest([1, 1], [2, 4]);
  assert.equal(difference, -2);
  assert.ok(Math.abs(pValue! - (1 - (2 / Math.PI) * Math.atan(2))) < 1e-9, `p ${pValue}`);
});

void test('one pair has neither interval nor p; equal differences have no spread', () => {
  assert.deepEqual(pairedTest([3], [5]), { difference: -2, halfWidth: null, pValue: null });
  assert.equal(pairedTest([3, 5], [3, 5]).pValue, 1);
  assert.equal(pairedTest([4, 6], [3, 5]).pValue, 0);
});

void test('lists of different lengths and numbers that are not finite are refused', () => {
  assert.throws(() => pairedTest([1, 2], [1]), /expected a reference for each value, got 2 values and 1 references/);
  assert.throws(() => pairedTest([NaN], [1]), /expected one finite number or more/);
});
