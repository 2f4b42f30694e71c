import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { expectAllClose } from '../testing/expectAllClose';
import { pairedTest } from './pairedTest';
import { detectableDifference, detectableEffect, pairedPower } from './power';

/** By scipy, see make_power.py. */
const expected = JSON.parse(readFileSync(join(__dirname, '../../src/fixtures/power.json'), 'utf8')) as {
  readonly power: readonly (readonly [effect: number, pairs: number, level: number, power: number])[];
  readonly detectable: readonly (readonly [pairs: number, level: number, effect: number])[];
};

void test('power is that of scipy\'s non-central t distribution', () => {
  assert.ok(expected.power.length > 100);
  for (const [effect, pairs, level, power] of expected.power) {
    // scipy's nct itself is right to about 1e-10; Simpson's error here is smaller.
    expectAllClose([pairedPower(effect, pairs, level)], [power], { absolute: 1e-8 }, `effect ${effect}, ${pairs} pairs, level ${level}`);
  }
  for (const [pairs, level, effect] of expected.detectable) {
    expectAllClose([detectableEffect(pairs, { level })], [effect], { relative: 1e-6 }, `${pairs} pairs, level ${level}`);
  }
});

void test('numbers of pairs are the published ones: 199 for an effect of 0.2, 34 for 0.5, 15 for 0.8', () => {
  // Two-sided, level 0.05, power 0.8; G*Power's tables for paired samples.
  for (const [effect, pairs] of [[0.2, 199], [0.5, 34], [0.8, 15]] as const) {
    assert.ok(pairedPower(effect, pairs) >= 0.8 && pairedPower(effect, pairs - 1) < 0.8, `effect ${effect}`);
  }
});

void test('without an effect the power is the level of the test, and the sign does not matter', () => {
  for (const pairs of [2, 3, 10, 200]) {
    expectAllClose([pairedPower(0, pairs), pairedPower(0, pairs, 0.01)], [0.05, 0.01], { absolute: 1e-9 });
    assert.equal(pairedPower(-0.7, pairs), pairedPower(0.7, pairs));
  }
});

void test('settings without a defined power are refused', () => {
  assert.throws(() => pairedPower(1, 1), { name: 'RangeError', message: /^pairedPower: expected a finite effect and two pairs/ });
  assert.throws(() => detectableEffect(3, { power: 0.01 }), { name: 'RangeError', message: /^detectableEffect: expected a power between/ });
});

void test('the smallest difference is the smallest effect times the standard deviation, here 1', () => {
  // Differences of 1, 2 and 3.
  const { halfWidth } = pairedTest([2, 4, 6], [1, 2, 3]);
  const [, , effect] = expected.detectable.find(([pairs, level]) => pairs === 3 && level === 0.05)!;
  expectAllClose([detectableDifference(halfWidth!, 3)], [effect], { relative: 1e-6 });
});
