import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonRows, type Budget, type ComparedRun } from './comparisonRows';
import { DEFAULT_CONFIG } from './presets';
import { pairedPower } from './power';
import { RESULT_FORMAT } from './result';

function run(label: string, seed: number, top1Error: number | null, budget: Budget = 'epochs'): ComparedRun {
  return {
    label,
    budget,
    result: {
      format: RESULT_FORMAT,
      id: '',
      preset: '',
      config: { ...DEFAULT_CONFIG, epochs: budget === 'epochs' ? 10 : 5, seed },
      data: { name: 'CIFAR-10', synthetic: false, trainImages: 1, heldOutImages: 1, testImages: 1 },
      status: top1Error === null ? 'diverged' : 'finished',
      history: [],
      final: top1Error === null ? null : { loss: top1Error / 10, top1Error, top5Error: 1 },
      seconds: 0,
      gradientEvaluations: 100 + seed,
      environment: { samlab: '', node: '', tensorflow: '', processor: '', gpu: null, threads: 1, commit: null },
      finishedAt: '',
    },
  };
}

void test('pairs are made by seed, not by place, and within a budget', () => {
  const runs = [run('base', 0, 10), run('base', 1, 20), run('mine', 1, 19), run('mine', 0, 7), run('base', 0, 50, 'gradients'), run('mine', 0, 40, 'gradients')];
  const [base, mine, ...gradients] = comparisonRows(runs, 'base');
  assert.deepEqual([base!.difference, base!.pValue, base!.top1Error, base!.gradientEvaluations], [null, null, 15, 100.5]);
  // d = -1 and -3, of which t = 2 with one degree of freedom.
  assert.equal(mine!.difference, -2);
  assert.ok(Math.abs(mine!.pValue! - (1 - (2 / Math.PI) * Math.atan(2))) < 1e-9);
  assert.deepEqual(gradients.map(({ budget, epochs, difference, pValue }) => ({ budget, epochs, difference, pValue })), [
    { budget: 'gradients', epochs: 5, difference: null, pValue: null },
    { budget: 'gradients', epochs: 5, difference: -10, pValue: null },
  ]);
});

void test('a run that diverged is named and in no mean, and its seed is in no pair', () => {
  const [, mine] = comparisonRows([run('base', 0, 10), run('base', 1, null), run('base', 2, 12), run('mine', 0, 11), run('mine', 1, 5), run('mine', 2, null)], 'base');
  assert.deepEqual([mine!.n, mine!.seeds, mine!.divergedSeeds, mine!.top1Error, mine!.difference, mine!.pValue], [2, '0, 1', '2', 8, 1, null]);
});

void test('each p is corrected for the tests of all rows, and the smallest difference that could be detected is that of the corrected level', () => {
  const errors = { base: [10, 20, 30], one: [11, 21.1, 31.2], two: [12, 19, 33], three: [9, 20, 32] };
  const runs = Object.entries(errors).flatMap(([label, values]) => values.map((value, seed) => run(label, seed, value)));
  const [base, one, two, three] = comparisonRows(runs, 'base');
  assert.deepEqual([base!.tests, base!.adjustedPValue, base!.detectable], [3, null, null]);
  // The smallest of three p values counts three times, the next twice unless that is smaller than the first.
  assert.equal(one!.adjustedPValue, 3 * one!.pValue!);
  const rest = [two!, three!].sort((a, b) => a.pValue! - b.pValue!);
  assert.equal(rest[0]!.adjustedPValue, Math.max(one!.adjustedPValue, Math.min(1, 2 * rest[0]!.pValue!)));
  // Differences of 1, 1.1 and 1.2 points: a deviation of 0.1.
  assert.ok(Math.abs(pairedPower(one!.detectable! / 0.1, 3, 0.05 / 3) - 0.8) < 1e-6);
  assert.ok(Math.abs(one!.lossDifference! - 0.11) < 1e-12 && Math.abs(one!.lossDifferenceHalfWidth! - one!.differenceHalfWidth! / 10) < 1e-12);
});

void test('an epoch chosen by its test error has a difference, and no test', () => {
  const chosen = [7, 18].map((error, seed) => {
    const made = run('chosen', seed, error);
    return { ...made, result: { ...made.result, config: { ...made.result.config, selection: 'bestOnTest' as const } } };
  });
  const [, row] = comparisonRows([run('base', 0, 10), run('base', 1, 20), ...chosen], 'base');
  assert.deepEqual([row!.difference, row!.differenceHalfWidth, row!.pValue, row!.adjustedPValue, row!.tests, row!.detectable], [-2.5, null, null, null, 0, null]);
});
