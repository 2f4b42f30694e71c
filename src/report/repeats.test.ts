import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averagedTest, describeRepeats } from './repeats';
import { testRun } from './testing/run';

const RUNS = [[60, 58], [61, 59.5], [62, 59.5]].flatMap(([sgd, sam], seed) => [testRun({ top1Error: sgd!, seed }), testRun({ method: 'sam', top1Error: sam!, seed })]);

test('a repeated pair stands beside the stored one, and its seed counts once with the mean of both', () => {
  const repeats = [testRun({ top1Error: 64, seed: 0 }), testRun({ method: 'sam', top1Error: 63, seed: 0 })];
  // Differences of -2 and -1 in seed 0, a mean of -1.5; with -1.5 and -2.5 of the others a mean of -1.8333, a deviation of 0.5774 and t = -5.5 with two
  // degrees of freedom: 4.303 of 0.3333 to either side, p = 0.0315.
  assert.equal(
    describeRepeats(RUNS, repeats),
    'Trained again with a difference in rounding alone, runs end elsewhere (seed 0: SGD 60.00, then 64.00 %; SAM 58.00, then 63.00 %). ' +
      'With the runs of a seed averaged, over 3 seeds, SAM minus SGD is −1.83 ± 1.43 points (p = 0.032, not corrected) in error and +0.00 ± 0.00 nats (p = 1.000, not corrected) in test loss.',
  );
  assert.deepEqual(averagedTest(RUNS, repeats)!.difference.toFixed(4), '-1.8333');
});

test('repeats of a run that diverged when it was stored count for nothing', () => {
  const stored = RUNS.map((run) => (run.config.seed === 0 ? { ...run, status: 'diverged' as const, final: null } : run));
  assert.equal(describeRepeats(stored, [testRun({ top1Error: 64, seed: 0 }), testRun({ method: 'sam', top1Error: 63, seed: 0 })]), '');
  assert.equal(averagedTest(stored, []), undefined);
});

test('a method repeated alone, and repeats of runs that are not among these, tell nothing', () => {
  assert.equal(describeRepeats(RUNS, [testRun({ top1Error: 64, seed: 0 })]), '');
  assert.equal(describeRepeats(RUNS, [testRun({ top1Error: 64, seed: 7 }), testRun({ method: 'sam', top1Error: 63, seed: 7 })]), '');
  assert.equal(describeRepeats(RUNS, []), '');
});
