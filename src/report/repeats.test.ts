import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageRepeats } from '../experiment/repeats';
import { describeRepeats, repeatsNote } from './repeats';
import { testRun } from './testing/run';

const RUNS = [[60, 58], [61, 59.5], [62, 59.5]].flatMap(([sgd, sam], seed) => [testRun({ method: 'sam', top1Error: sam!, seed }), testRun({ top1Error: sgd!, seed })]);
const AGAIN = [testRun({ top1Error: 64, seed: 0 }), testRun({ method: 'sam', top1Error: 63, seed: 0 })];

test('the runs of a seed that was trained again stand side by side', () => {
  const { results, repeated } = averageRepeats(RUNS, AGAIN);
  assert.equal(
    describeRepeats(results, repeated),
    'Trained again with a difference in rounding alone, a run ends elsewhere (seed 0: SGD 60.00 and 64.00 %, SAM 58.00 and 63.00 %); such a seed counts once, with the mean of its runs.',
  );
  assert.equal(repeatsNote(results), 'Seed 0: means of 2 runs that differ in rounding alone.');
});

test('a method that was repeated alone is named alone, and without repeats there is no sentence', () => {
  const { results, repeated } = averageRepeats(RUNS, [testRun({ top1Error: 64, seed: 2 }), testRun({ top1Error: 60, seed: 1 }), testRun({ top1Error: 60, seed: 7 })]);
  assert.match(describeRepeats(results, repeated), /\(seed 1: SGD 61\.00 and 60\.00 %; seed 2: SGD 62\.00 and 64\.00 %\)/);
  assert.equal(repeatsNote(results), 'SGD, seeds 1, 2: means of 2 runs that differ in rounding alone.');
  assert.equal(describeRepeats(RUNS, []), '');
  assert.equal(repeatsNote(RUNS), '');
});
