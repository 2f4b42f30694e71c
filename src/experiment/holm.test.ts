import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random } from '../engine/random';
import { expectAllClose } from '../testing/expectAllClose';
import { holmAdjusted } from './holm';

/**
 * Holm's procedure by its definition as a closed test: a hypothesis is rejected if every set of hypotheses that contains it is, and a
 * set is rejected by Bonferroni's test of its smallest p.
 */
function byClosedTest(pValues: readonly number[], index: number): number {
  const sets = Array.from({ length: 2 ** pValues.length }, (_, bits) => pValues.flatMap((p, at) => ((bits >> at) & 1 ? [{ p, at }] : [])));
  return Math.max(...sets.filter((set) => set.some(({ at }) => at === index)).map((set) => Math.min(1, set.length * Math.min(...set.map(({ p }) => p)))));
}

void test('adjusted values are those of the closed test with Bonferroni\'s sets', () => {
  const rng = random(3, 'holm');
  for (let size = 0; size <= 8; size++) {
    const pValues = Array.from({ length: size }, () => rng.uniform() ** 3);
    expectAllClose(holmAdjusted(pValues), pValues.map((_, index) => byClosedTest(pValues, index)), { relative: 1e-15 }, `${size} tests`);
  }
});

void test('a single test is not corrected, equal values stay equal, and none passes 1', () => {
  assert.deepEqual(holmAdjusted([0.04]), [0.04]);
  assert.deepEqual(holmAdjusted([0.5, 0.02, 0.5, 0.02]), [1, 0.08, 1, 0.08]);
});

void test('numbers that are not probabilities are refused', () => {
  assert.throws(() => holmAdjusted([0.1, NaN]), { name: 'RangeError', message: /^holmAdjusted: expected p values from 0 to 1/ });
});
