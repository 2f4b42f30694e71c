import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorTables } from './tables';
import { testRun, type TestRun } from './testing/run';
import { readTable } from './reading';

function read(...runs: readonly TestRun[]): string {
  return readTable(errorTables(runs.map(testRun), { preset: 'laptop', dataset: 'cifar10' })[0]!);
}

test('one run of each method is compared without an interval, and what was not run is listed', () => {
  assert.equal(
    read({ method: 'sgd', top1Error: 61.25 }, { method: 'sam', top1Error: 58.2 }),
    "After 100 epochs on 1,000 training images the top-1 error is 61.25 % with SGD and 58.20 % with SAM: SAM's is lower by 3.05 points, from too few runs to know how much seeds scatter. " +
      'Not run: SGD (no SAM) at 200, 400 epochs; SAM at 200, 400 epochs.',
  );
});

test('intervals that overlap and that do not are told apart', () => {
  // With two values the half width is 12.706 |a - b| / 2: 1.27 for values 0.2 apart, 0.13 for values 0.02 apart.
  const wide = read(...[60, 60.2].map((top1Error, seed) => ({ method: 'sgd' as const, seed, top1Error })), ...[61, 61.2].map((top1Error, seed) => ({ method: 'sam' as const, seed, top1Error })));
  assert.match(wide, /SAM's is higher by 1.00 points, and the 95 % intervals overlap\./);
  const narrow = read(...[60, 60.02].map((top1Error, seed) => ({ method: 'sgd' as const, seed, top1Error })), ...[61, 61.02].map((top1Error, seed) => ({ method: 'sam' as const, seed, top1Error })));
  assert.match(narrow, /higher by 1.00 points, and the 95 % intervals do not overlap\./);
});

test('a method that diverged is named and is compared with nothing', () => {
  const text = read({ method: 'sgd', top1Error: 61 }, { method: 'sam', top1Error: 90, diverged: true });
  assert.match(text, /There is no pair of runs to compare yet\./);
  assert.match(text, /With runs that diverged: SAM at 100 epochs\./);
});

test('nothing run reads as nothing run', () => {
  assert.equal(read(), 'There is no pair of runs to compare yet. Not run: SGD (no SAM) at 100, 200, 400 epochs; SAM at 100, 200, 400 epochs.');
});
