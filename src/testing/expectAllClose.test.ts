import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor } from '../engine/tensor';
import { expectAllClose } from './expectAllClose';

test('close numbers pass, by the absolute or the relative tolerance', () => {
  expectAllClose([1, 200], [1.05, 199], { absolute: 0.06, relative: 0.005 });
  expectAllClose([Infinity, 0], [Infinity, -0], {});
});

test('the error names the worst element and both values', () => {
  const a = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
  const b = tensor([1, 2.5, 3, 4, 9, 6], [2, 3]);
  assert.throws(() => expectAllClose(a, b, { absolute: 0.25 }, 'sums'), {
    name: 'AssertionError',
    message: 'sums: worst at [1, 1]: got 5, expected 9, difference 4 of 0.25 allowed',
  });
  a.dispose();
  b.dispose();
});

test('NaN is close to nothing, and worse than any number', () => {
  for (const [actual, expected] of [[NaN, 1], [1, NaN], [NaN, NaN]] as const) {
    assert.throws(() => expectAllClose([0, actual, 0], [9, expected, 5], { absolute: Infinity }), /worst at \[1\]: got/);
  }
});

test('other shapes and lengths are refused', () => {
  const row = tensor([1, 2], [1, 2]);
  const column = tensor([1, 2], [2, 1]);
  assert.throws(() => expectAllClose(row, column, {}), { message: 'values: shape [1, 2], expected [2, 1]' });
  assert.throws(() => expectAllClose([1, 2], [1], {}), { message: 'values: shape [2], expected [1]' });
  expectAllClose(row, [1, 2], {});
  row.dispose();
  column.dispose();
});
