import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunResult } from '../../experiment/result';
import { gridRows } from '../gridRows';
import { saveFigure } from '../render';
import { plotCurves, type History } from './plotCurves';

function history(losses: readonly number[]): History {
  return losses.map((trainLoss, index) => ({ epoch: index + 1, learningRate: 0.1, trainLoss, trainTop1Error: 10 * trainLoss, seconds: 1 }));
}

interface Trace {
  readonly name?: string;
  readonly mode: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly fill?: string;
}

void test('curves: a line a name in both panels, several histories as their mean with a band', () => {
  const { data, layout } = plotCurves({ SGD: history([2, 1]), mine: [history([3, 1]), history([5, 2])] }, { title: 'My rule' });
  const traces = data as readonly Trace[];
  const lines = traces.filter(({ fill }) => fill === undefined);
  assert.deepEqual(lines.map(({ name, y }) => [name, [...y]]), [['SGD', [2, 1]], ['SGD', [20, 10]], ['mine', [4, 1.5]], ['mine', [40, 15]]]);
  assert.deepEqual(traces.filter(({ fill }) => fill !== undefined).map(({ y }) => [...y]), [[5, 2, 1, 3], [50, 20, 10, 30]]);
  assert.equal(layout.title.text, 'My rule');
});

void test('held-out loss and error are lines of their own, over the epochs after which they were measured', () => {
  const judged = history([2, 1.5, 1]).map((record, index) => (index === 1 ? record : { ...record, heldOut: { loss: record.trainLoss + 1, top1Error: 50, top5Error: 5 } }));
  const { data, layout } = plotCurves({ SGD: history([2, 1]), SAM: judged, mixed: [judged, history([2, 1])] });
  const lines = (data as readonly Trace[]).filter(({ fill }) => fill === undefined);
  assert.deepEqual(lines.filter(({ name }) => name!.endsWith('held-out images')).map(({ name, x, y }) => [name, [...x], [...y]]), [['SAM, held-out images', [1, 3], [3, 2]], ['SAM, held-out images', [1, 3], [50, 50]]]);
  assert.equal(lines.length, 8);
  const { yaxis, yaxis2 } = layout as unknown as Record<string, { readonly title: { readonly text: string } }>;
  assert.deepEqual([yaxis!.title.text, yaxis2!.title.text], ['Loss, nats (log scale)', 'Error (top-1), %']);
});

void test('curves of nothing are refused by name', () => {
  assert.throws(() => plotCurves({}), /^RangeError: plotCurves: .* got none\./);
  assert.throws(() => plotCurves({ SGD: history([1]), mine: [] }), /got none for "mine"/);
});

void test('a figure is saved under a name, not a path', async () => {
  await assert.rejects(saveFigure(plotCurves({ SGD: history([1]) }), '../mine'), /^RangeError: saveFigure: expected a file name without a path.*"\.\.\/mine"/);
});

void test('the rows of a grid: a column for what varies, seeds as a mean', () => {
  const run = (rho: number, seed: number, top1Error: number | null): RunResult =>
    ({ config: { method: 'sam', rho, seed }, status: top1Error === null ? 'diverged' : 'finished', final: top1Error === null ? null : { loss: 1, top1Error, top5Error: 0 }, history: history([2, top1Error ?? 1]) }) as unknown as RunResult;
  const rows = gridRows([run(0.1, 0, 10), run(0.1, 1, 12), run(0.2, 0, 9), run(0.2, 1, null), run(0.5, 0, null)]);
  // Two values 10 and 12: deviation sqrt 2, standard error 1, and 12.706 is t's 97.5 % quantile with one degree of freedom.
  assert.deepEqual(rows.map(({ halfWidth, ...row }) => [row, halfWidth === null ? null : Number(halfWidth.toFixed(3))]), [
    [{ rho: 0.1, n: 2, diverged: 0, top1Error: 11, trainLoss: 11 }, 12.706],
    [{ rho: 0.2, n: 1, diverged: 1, top1Error: 9, trainLoss: 9 }, null],
    [{ rho: 0.5, n: 0, diverged: 1, top1Error: null, trainLoss: null }, null],
  ]);
  assert.throws(() => gridRows([]), /gridRows: expected one run or more/);
});
