import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random } from '../engine/random';
import { median, medianInterval, pairedRatios } from './statistics';

test('the median by hand', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('the interval of a median lies between the sorted values that tables of the sign test name', () => {
  // Ranks, counted from 1, of the 95 % interval for n values: Conover 1999, table A3 at p = 1/2, and any table of the sign test.
  const ranks = { 6: [1, 6], 8: [1, 8], 9: [2, 8], 10: [2, 9], 12: [3, 10], 15: [4, 12], 20: [6, 15], 25: [8, 18] };
  for (const [n, ends] of Object.entries(ranks)) {
    const values = Array.from({ length: Number(n) }, (_, index) => Number(n) - index);
    const { interval, median: middle } = medianInterval(values);
    assert.deepEqual([interval?.low, interval?.high], ends, `n = ${n}`);
    assert.equal(middle, (Number(n) + 1) / 2);
  }
  assert.deepEqual(medianInterval([1, 2, 3, 4, 5]), { median: 3, interval: null, n: 5 });
  assert.equal(medianInterval([]).interval, null);
});

test('it holds the median of a skewed distribution in 95 % of repetitions or more, and not in nearly all of them', () => {
  const draw = random(0, 'interval of a median');
  const repetitions = 4000;
  for (const n of [6, 9, 25]) {
    let held = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      // exp of a normal number has median 1.
      const { interval } = medianInterval(Array.from({ length: n }, () => Math.exp(draw.normal())));
      held += interval!.low <= 1 && interval!.high >= 1 ? 1 : 0;
    }
    // Exactly 96.9, 96.1 and 95.7 %; four standard errors are 1.2 points.
    assert.ok(held / repetitions > 0.945 && held / repetitions < 0.982, `n = ${n}: ${held / repetitions}`);
  }
});

test('ratios are of values of the same round', () => {
  assert.deepEqual(pairedRatios([2, 6, 12], [1, 2, 3, 0]), [2, 3, 4]);
  assert.deepEqual(pairedRatios([2, 6], [1]), [2]);
  assert.deepEqual(pairedRatios([], [1]), []);
});
