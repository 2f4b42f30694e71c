import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRepeats } from './repeats';
import { testRun } from './testing/run';

const RUNS = [[60, 58], [61, 59.5], [62, 59.5]].flatMap(([sgd, sam], seed) => [testRun({ top1Error: sgd!, seed }), testRun({ method: 'sam', top1Error: sam!, seed })]);

test('a repeated pair stands beside the stored one and counts in the test of all pairs', () => {
  const repeats = [testRun({ top1Error: 64, seed: 0 }), testRun({ method: 'sam', top1Error: 63, seed: 0 })];
  // Differences of -2, -1.5, -2.5 and -1: a mean of -1.75, a deviation of 0.6455, t = -5.42 with three degrees of freedom; 3.182 of 0.3227 to either side.
  assert.equal(
    describeRepeats(RUNS, repeats),
    'Trained again with the same settings and a version of the program that differs in rounding alone, runs end elsewhere (seed 0: SGD 64.00 % (before 60.00 %), SAM 63.00 % (before 58.00 %)). Over all 4 pairs SAM minus SGD is −1.75 ± 1.03 points (p = 0.012).',
  );
});

test('a method repeated alone, and repeats of runs that are not among these, tell nothing', () => {
  assert.equal(describeRepeats(RUNS, [testRun({ top1Error: 64, seed: 0 })]), '');
  assert.equal(describeRepeats(RUNS, [testRun({ top1Error: 64, seed: 7 }), testRun({ method: 'sam', top1Error: 63, seed: 7 })]), '');
  assert.equal(describeRepeats(RUNS, []), '');
});
