import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT_ROOT } from '../files/projectRoot';
import { expectAllClose } from '../testing/expectAllClose';
import { meanInterval } from './interval';
import { pairedTest } from './pairedTest';
import { studentQuantile, studentTail } from './studentT';

/** By mpmath and scipy, see make_student.py. */
const expected = JSON.parse(readFileSync(join(PROJECT_ROOT, 'src/fixtures/student.json'), 'utf8')) as {
  readonly tails: readonly (readonly [number, number, number])[];
  readonly quantiles: readonly (readonly [number, number, number])[];
  readonly paired: readonly { readonly values: readonly number[]; readonly references: readonly number[]; readonly p: number }[];
};

void test('tails are right to 1e-10 from 1 down to 1e-300', () => {
  // x^(df / 2) of 1e-300 is exp(-690): rounding of 2^-52 in the exponent leaves 2e-13. With 10,001 degrees of freedom 5,000
  // factors of the beta function add 5,000 times 2^-53.
  assert.ok(expected.tails.some(([, , p]) => p < 1e-250) && expected.tails.length > 100);
  for (const [t, df, p] of expected.tails) {
    expectAllClose([studentTail(t, df)], [p], { relative: 1e-10 }, `t ${t}, df ${df}`);
  }
  assert.deepEqual([studentTail(0, 3), studentTail(Infinity, 3)], [1, 0]);
});

void test('quantiles invert the tails', () => {
  for (const [tail, df, t] of expected.quantiles) {
    expectAllClose([studentQuantile(tail, df)], [t], { relative: 1e-10 }, `tail ${tail}, df ${df}`);
  }
});

void test('paired tests have the p of scipy\'s ttest_rel', () => {
  for (const { values, references, p } of expected.paired) {
    // t of nearly equal differences is as uncertain as their rounding, 1e-15 of 10 beside a spread of 1e-7.
    expectAllClose([pairedTest(values, references).pValue!], [p], { relative: 1e-6 }, `p ${p}`);
  }
  assert.equal(pairedTest([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5]).pValue, 1);
});

void test('identical values have no width at all, and identical pairs p = 1', () => {
  for (const value of [0.1, 1 / 3, 1e-300, 1e300, -7.7]) {
    for (const n of [2, 3, 10, 1000]) {
      const values = Array<number>(n).fill(value);
      assert.deepEqual(meanInterval(values), { mean: value, halfWidth: 0, n });
      assert.deepEqual(pairedTest(values, values), { difference: 0, halfWidth: 0, pValue: 1 });
    }
  }
});

void test('a t or degrees of freedom that make no sense are refused', () => {
  for (const [t, df] of [[-1, 3], [NaN, 3], [1, 0], [1, 1.5]] as const) {
    assert.throws(() => studentTail(t, df), { name: 'RangeError', message: /^studentTail: expected t of 0 or more/ });
  }
  assert.throws(() => studentQuantile(0, 3), { name: 'RangeError', message: /^studentQuantile: expected a two-sided tail/ });
});
