import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonRows, type Budget, type ComparedRun } from './comparisonRows';
import { DEFAULT_CONFIG } from './presets';
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
      final: top1Error === null ? null : { loss: 0, top1Error, top5Error: 1 },
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
