import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { random } from '../engine/random';
import { dirichlet, dirichletPartition, iidPartition } from './partition';

const everything = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('every sample goes to exactly one client', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ max: 12, maxLength: 80 }),
      fc.integer({ min: 1, max: 9 }),
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      fc.integer(),
      (labels, clients, concentration, seed) => {
        for (const parts of [dirichletPartition(labels, { clients, concentration, seed }), iidPartition(labels, { clients, seed })]) {
          assert.equal(parts.length, clients);
          assert.deepEqual(parts.flatMap((part) => [...part]).sort((a, b) => a - b), everything(labels.length));
        }
      },
    ),
  );
});

test('Dirichlet shares have the mean and the variance of the closed form', () => {
  // Dir(a, ..., a) over k: mean 1/k, variance (k - 1) / (k^2 (k a + 1)). With 20000 draws, one component's
  // mean has a standard error of at most .0026 (a = .1); the variance is checked to 5 %.
  const k = 4;
  for (const concentration of [0.1, 0.6, 1, 5]) {
    const rng = random(11, 'test', concentration);
    let sum = 0;
    let squares = 0;
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw++) {
      const shares = dirichlet(k, concentration, rng);
      assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-12);
      sum += shares[1]!;
      squares += shares[1]! ** 2;
    }
    const mean = sum / draws;
    const variance = squares / draws - mean * mean;
    assert.ok(Math.abs(mean - 1 / k) < 0.012, `a = ${concentration}: mean ${mean}`);
    const expected = (k - 1) / (k * k * (k * concentration + 1));
    assert.ok(Math.abs(variance / expected - 1) < 0.05, `a = ${concentration}: variance ${variance}, expected ${expected}`);
  }
});

test('a tiny concentration stays finite and gives nearly everything to one component', () => {
  const shares = dirichlet(10, 1e-4, random(0, 'tiny'));
  assert.ok(shares.every((share) => share >= 0 && share <= 1));
  assert.ok(Math.max(...shares) > 0.99);
});

test('a small concentration separates the classes, a large one spreads them', () => {
  const labels = Uint8Array.from({ length: 10_000 }, (_, index) => index % 10);
  /** Mean over clients of the share of the client's most frequent class. */
  const purity = (concentration: number): number => {
    const parts = dirichletPartition(labels, { clients: 10, concentration, seed: 4 }).filter((part) => part.length > 0);
    const shares = parts.map((part) => {
      const counts = new Array<number>(10).fill(0);
      for (const index of part) counts[index % 10]!++;
      return Math.max(...counts) / part.length;
    });
    return shares.reduce((a, b) => a + b) / shares.length;
  };
  assert.ok(purity(0.05) > 0.6, `${purity(0.05)}`);
  assert.ok(purity(1000) < 0.15, `${purity(1000)}`);
});

test('the samples of a class that a client gets are random', () => {
  const parts = dirichletPartition(new Uint8Array(1000), { clients: 2, concentration: 1000, seed: 0 });
  // 500 or so of 1000: unshuffled, they would be the first half.
  assert.ok(parts[0]!.some((index) => index >= 750));
  assert.ok(parts[1]!.some((index) => index < 250));
});

test('an even partition has sizes that differ by at most one, and the seed decides it', () => {
  const labels = new Uint8Array(103);
  const parts = iidPartition(labels, { clients: 10, seed: 1 });
  assert.deepEqual([...new Set(parts.map((part) => part.length))].sort(), [10, 11]);
  assert.deepEqual(iidPartition(labels, { clients: 10, seed: 1 }), parts);
  assert.notDeepEqual(iidPartition(labels, { clients: 10, seed: 2 }), parts);
});

test('impossible settings are refused', () => {
  const labels = new Uint8Array(4);
  for (const clients of [0, -1, 2.5]) {
    assert.throws(() => iidPartition(labels, { clients, seed: 0 }), /iidPartition: expected at least 1 client/);
  }
  for (const concentration of [0, -1, NaN, Infinity]) {
    assert.throws(
      () => dirichletPartition(labels, { clients: 2, concentration, seed: 0 }),
      /dirichletPartition: expected a positive concentration/,
    );
  }
});
