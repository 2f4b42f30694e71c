import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlainVector } from '../engine/plainVector';
import { random } from '../engine/random';
import { refusesWrong } from '../testing/refusesWrong';
import { elementCount, flatten, keptElements, largest, overlap, randomMask, unflatten } from './mask';

function expectLargest(mask: typeof largest): void {
  assert.deepEqual([...mask(Float64Array.of(3, 1, 2, 3, 2), 3)], [1, 0, 1, 1, 0]);
  assert.deepEqual([...mask(Float32Array.of(0, 0, 0), 2)], [1, 1, 0]);
  assert.deepEqual([...mask(Float64Array.of(1, 2), 0)], [0, 0]);
}

refusesWrong('the largest scores by hand; of equal ones the earlier', expectLargest, largest, {
  'keeps all of equal scores': (scores, count) => {
    const kept = scores.filter((_, index) => largest(scores, count)[index] === 1);
    return Uint8Array.from(scores, (score) => (count > 0 && score >= Math.min(...kept) ? 1 : 0));
  },
  'keeps the smallest': (scores, count) => largest(scores.map((score) => -score), count),
});

test('the count is exact, and no score outside is larger than one inside', () => {
  const scores = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(scores, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const count = Math.floor(share * values.length);
      const mask = largest(Float64Array.from(values), count);
      const inside = values.filter((_, index) => mask[index] === 1);
      assert.equal(inside.length, count);
      assert.ok(Math.min(...inside) >= Math.max(...values.filter((_, index) => mask[index] === 0)));
    }),
  );
});

test('scores that are not numbers, or too few, are refused', () => {
  assert.throws(() => largest(Float64Array.of(1, NaN), 1), { name: 'RangeError', message: /none of them NaN/ });
  assert.throws(() => largest(Float64Array.of(1), 2), /expected 2 or more scores/);
});

test('a random mask has as many ones as asked, and each seed its own', () => {
  const ones = (seed: number): string => randomMask(40, 10, random(seed)).join('');
  assert.equal(ones(0).replaceAll('0', '').length, 10);
  assert.equal(ones(0), ones(0));
  assert.notEqual(ones(0), ones(1));
});

function expectKept(count: typeof keptElements): void {
  const kept = (size: number, sparsity: number): number => count(PlainVector.of(...Array<number>(size).fill(0)), sparsity);
  assert.deepEqual([kept(10, 0.9), kept(10, 0.7), kept(10, 0), kept(10, 1), kept(5, 0.5)], [1, 3, 10, 0, 3]);
}

refusesWrong('sparsities without an exact binary fraction give the count of the decimal number', expectKept, keptElements, {
  'rounds down': (vector, sparsity) => Math.floor((1 - sparsity) * elementCount(vector)),
});

test('flat and back, over parameters of different shapes', () => {
  const specs = [{ name: 'a', kind: 'weight', shape: [2, 2] }, { name: 'b', kind: 'bias', shape: [1] }] as const;
  const vector = new PlainVector(specs, [Float64Array.of(1, 0, 0, 1), Float64Array.of(1)]);
  assert.equal(elementCount(vector), 5);
  assert.deepEqual(unflatten(vector, Uint8Array.from(flatten(vector))).elements, vector.elements);
});

function expectOverlap(share: typeof overlap): void {
  assert.equal(share(PlainVector.of(1, 1, 1, 0), PlainVector.of(1, 1, 0, 1)), 2 / 3);
  assert.equal(share(PlainVector.of(0, 0), PlainVector.of(1, 0)), 1);
}

refusesWrong('overlap: two of three ones are shared; a mask of zeros overlaps with all', expectOverlap, overlap, {
  'returns the share of all elements': (mask, other) => mask.dot(other) / elementCount(mask),
});
