import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { symmetricLabelNoise } from './labelNoise';
import { numberedDataset } from './testing/numberedDataset';

function changed(before: Uint8Array, after: Uint8Array): number[] {
  return [...before.keys()].filter((index) => before[index] !== after[index]);
}

test('exactly round(fraction n) labels change, and all stay in range', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 2, max: 7 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer(),
      (count, classes, fraction, seed) => {
        fc.pre(fraction === 0 || Math.round(fraction * count) > 0);
        const clean = numberedDataset(count, classes);
        const noisy = symmetricLabelNoise(clean, { fraction, seed });
        assert.equal(changed(clean.labels, noisy.labels).length, Math.round(fraction * count));
        assert.ok(noisy.labels.every((label) => label < classes));
        assert.deepEqual([...clean.labels], [...numberedDataset(count, classes).labels], 'the clean set is left alone');
      },
    ),
  );
});

test('a changed label is each of the other classes equally often', () => {
  // 4 classes, all 6000 labels changed: 12 (class, other class) pairs, 500 each, deviation sqrt(1500 * 1/3 * 2/3) = 18.
  const clean = { ...numberedDataset(0, 4), labels: Uint8Array.from({ length: 6000 }, (_, index) => index % 4) };
  const noisy = symmetricLabelNoise(clean, { fraction: 1, seed: 3 });
  const pairs = new Map<string, number>();
  clean.labels.forEach((label, index) => {
    const pair = `${label}->${noisy.labels[index]}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  });
  assert.equal(pairs.size, 12);
  for (const [pair, times] of pairs) assert.ok(Math.abs(times - 500) < 90, `${pair}: ${times}`);
});

test('the images hit at 20 % are among those hit at 40 %, and the seed decides which', () => {
  const clean = numberedDataset(200, 10);
  const hit = (fraction: number, seed: number): number[] =>
    changed(clean.labels, symmetricLabelNoise(clean, { fraction, seed }).labels);
  const many = new Set(hit(0.4, 1));
  assert.ok(hit(0.2, 1).every((index) => many.has(index)));
  assert.deepEqual(hit(0.2, 1), hit(0.2, 1));
  assert.notDeepEqual(hit(0.2, 1), hit(0.2, 2));
});

test('one class has no other one to change to', () => {
  const alone = numberedDataset(4, 1);
  assert.throws(() => symmetricLabelNoise(alone, { fraction: 0.5, seed: 0 }), { name: 'RangeError', message: /expected two classes or more, .*got 1/ });
  assert.deepEqual(symmetricLabelNoise(alone, { fraction: 0, seed: 0 }).labels, alone.labels);
});

test('a fraction outside [0, 1] is refused', () => {
  for (const fraction of [-0.1, 1.1, NaN]) {
    assert.throws(() => symmetricLabelNoise(numberedDataset(4, 2), { fraction, seed: 0 }), {
      name: 'RangeError',
      message: `symmetricLabelNoise: expected a fraction between 0 and 1, got ${fraction}.`,
    });
  }
});

test('a fraction that would change no label is refused', () => {
  assert.throws(() => symmetricLabelNoise(numberedDataset(4, 2), { fraction: 0.1, seed: 0 }), { name: 'RangeError', message: /a fraction of 0\.1 changes none of 4 labels; expected 0, or at least 0\.125/ });
});
