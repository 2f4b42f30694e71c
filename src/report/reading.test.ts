import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorTables } from './tables';
import { testRun, type TestRun } from './testing/run';
import { concludeErrors, describeTable } from './reading';

function read(...runs: readonly TestRun[]): string {
  return describeTable(errorTables(runs.map(testRun), { preset: 'laptop', dataset: 'cifar10' })[0]!);
}

test('one run of each method is compared without an interval, and missing runs are listed', () => {
  assert.equal(
    read({ method: 'sgd', top1Error: 61.25 }, { method: 'sam', top1Error: 58.2 }),
    "After 100 epochs on 1,000 training images the top-1 error is 61.25 % with SGD and 58.20 % with SAM; in one pair of the same seed SAM's is lower by 3.05 points; SAM's test loss is equal, from too few runs to know how much seeds scatter. " +
      'Not run: SGD (no SAM) at 200, 400 epochs; SAM at 200, 400 epochs.',
  );
});

test('methods are compared in pairs of the same seed: wide intervals of each do not hide a difference that all pairs have', () => {
  const errors = { sgd: [50, 60, 70], sam: [51, 61.1, 71.2] };
  const text = read(...(['sgd', 'sam'] as const).flatMap((method) => errors[method].map((top1Error, seed) => ({ method, seed, top1Error }))));
  // Differences of 1, 1.1 and 1.2 points: t = 19.05 with two degrees of freedom, p = 0.00274; equal losses have p = 1.
  assert.match(text, /60\.00 ± 24\.84 % with SGD and 61\.10 ± 25\.09 % with SAM; in 3 pairs of the same seed SAM's is higher by 1\.10 ± 0\.25 points \(in all pairs; p = 0\.005\)/);
  assert.match(text, /SAM's test loss is equal \(p = 1\.000: .*\), with p corrected by Holm's procedure for the 2 tests of the table\./);
});

test('without a difference, the smallest detectable one is given', () => {
  const text = read(...[60, 60.2, 60.1].map((top1Error, seed) => ({ method: 'sgd' as const, seed, top1Error })), ...[61, 59.2, 60.1].map((top1Error, seed) => ({ method: 'sam' as const, seed, top1Error })));
  // Differences of 1, -1 and 0: a deviation of 1; at 5 % / 2 scipy's non-central t has a power of 80 % at 4.625 deviations.
  assert.match(text, /SAM's is equal \(p = 1\.000: no difference found, where the test could detect 4\.62 points with a power of 80 %\)/);
});

test('a method that diverged is named and is compared with nothing', () => {
  const text = read({ method: 'sgd', top1Error: 61 }, { method: 'sam', top1Error: 90, diverged: true });
  assert.match(text, /There is no pair of runs to compare yet\./);
  assert.match(text, /With runs that diverged: SAM at 100 epochs\./);
});

test('nothing run reads as nothing run', () => {
  assert.equal(read(), 'There is no pair of runs to compare yet. Not run: SGD (no SAM) at 100, 200, 400 epochs; SAM at 100, 200, 400 epochs.');
});

test('a conclusion claims a difference only where the corrected test finds one', () => {
  const conclude = (sam: readonly number[]): string => {
    const runs = ([['sgd', [60, 61, 62]], ['sam', sam]] as const).flatMap(([method, errors]) => errors.map((top1Error, seed) => testRun({ method, seed, top1Error })));
    return concludeErrors(errorTables(runs, { preset: 'laptop', dataset: 'cifar10' })[0]!);
  };
  assert.equal(conclude([58, 58.9, 59.8]), "On 1,000 images of CIFAR-10, after 100 epochs and with twice SGD's gradients, SAM's error is lower by 2.10 ± 0.25 points (3 seeds, corrected p = 0.002).");
  assert.equal(conclude([61, 60, 62]), "On 1,000 images of CIFAR-10, after 100 epochs and with twice SGD's gradients, SAM minus SGD is +0.00 ± 2.48 points of error (3 seeds, corrected p = 1.000), which does not tell them apart: one below 4.62 points could be missed.");
  assert.equal(conclude([]), '');
  assert.equal(conclude([58]), '');
});
