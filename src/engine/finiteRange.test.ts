import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finiteRange, requireFiniteRange } from './finiteRange';

test('the range of numbers that are finite, of a million too', () => {
  assert.deepEqual(finiteRange([3, NaN, -2, Infinity, 0, -Infinity]), { lowest: -2, highest: 3 });
  assert.deepEqual(finiteRange([5]), { lowest: 5, highest: 5 });
  const many = Float64Array.from({ length: 1e6 }, (_, index) => index - 10);
  assert.deepEqual(finiteRange(many), { lowest: -10, highest: 999_989 });
  for (const none of [[], [NaN], [Infinity, -Infinity]]) {
    assert.equal(finiteRange(none), undefined);
    assert.throws(() => requireFiniteRange('draw: expected losses', none), { name: 'RangeError', message: /^draw: expected losses of which at least one is finite, got none/ });
  }
});
