import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunResult } from '../../experiment/result';
import { errorTables, tuningTables } from '../tables';
import { resultFigures } from '../reportFigures';
import { testRun } from '../testing/run';
import { finalErrors } from './finalErrors';
import { learningCurves } from './learningCurves';
import { wrap } from './figure';
import { titleOf, type FigureSpecification } from './specification';
import { spectrum } from './spectrum';
import { tuningGrid } from './tuningGrid';

const LAPTOP = { preset: 'laptop', dataset: 'cifar10' } as const;

/** The fields of a trace that the tests read. */
interface Trace {
  readonly name?: string;
  readonly mode: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly error_y?: { readonly array: readonly number[] };
  readonly fill?: string;
  readonly yaxis?: string;
}

function traces(figure: FigureSpecification): readonly Trace[] {
  return figure.data as readonly Trace[];
}

function captionOf({ layout }: FigureSpecification): string {
  return (layout['annotations'] as readonly { readonly text: string }[]).at(-1)!.text.replaceAll('<br>', ' ');
}

function axisTitle({ layout }: FigureSpecification, axis: string): string {
  return (layout[axis] as { readonly title: { readonly text: string } }).title.text;
}

test('learning curves are means over seeds with a band from smallest to largest', () => {
  const figure = learningCurves([testRun({ top1Error: 60, losses: [3, 1] }), testRun({ top1Error: 60, losses: [2, 2], seed: 1 }), testRun({ top1Error: 60, method: 'sam', losses: [4, 3] })]);
  const loss = traces(figure).filter((trace) => trace.yaxis === 'y');
  const [band, sgd, sam, ...rest] = loss;
  assert.equal(rest.length, 0, 'one run has no band');
  assert.deepEqual(band!.x, [1, 2, 2, 1]);
  assert.deepEqual(band!.y, [3, 2, 1, 2]);
  assert.deepEqual([sgd!.name, sgd!.x, sgd!.y], ['SGD (no SAM)', [1, 2], [2.5, 1.5]]);
  assert.deepEqual([sam!.name, sam!.y], ['SAM', [4, 3]]);
  // The made-up training error is ten times the loss.
  const error = traces(figure).find((trace) => trace.yaxis === 'y2' && trace.name === 'SAM');
  assert.deepEqual(error!.y, [40, 30]);
  assert.deepEqual(['xaxis', 'yaxis', 'yaxis2'].map((axis) => axisTitle(figure, axis)), ['Epoch', 'Training loss, nats (log scale)', 'Training error (top-1), %']);
  // Losses from 1 to 4, as powers of ten, with a margin.
  const { type, range } = figure.layout.yaxis as { readonly type: string; readonly range: readonly [number, number] };
  assert.ok(type === 'log' && range[0] < 0 && range[0] > -0.05 && range[1] > Math.log10(4) && range[1] < 0.7, `${type} ${range.join()}`);
  const withZero = learningCurves([testRun({ top1Error: 60, losses: [3, 0] })]);
  assert.equal(axisTitle(withZero, 'yaxis'), 'Training loss, nats', 'a loss of 0 has no logarithm');
  assert.match(captionOf(figure), /CIFAR-10, 1,000 training images \(100 per class\).*ResNet-50, ImageNet stem; seeds 0, 1/);
});

test('learning curves leave out diverged runs and name them, and distinguish settings of one method', () => {
  const figure = learningCurves([
    testRun({ top1Error: 60, losses: [1] }),
    testRun({ top1Error: 60, losses: [5], learningRate: 0.2 }),
    testRun({ top1Error: 90, losses: [NaN], seed: 1, diverged: true }),
  ]);
  const loss = traces(figure).filter((trace) => trace.yaxis === 'y');
  assert.deepEqual(loss.map(({ name, y }) => [name, y]), [['SGD (no SAM), learning rate 0.1', [1]], ['SGD (no SAM), learning rate 0.2', [5]]]);
  assert.match(captionOf(figure), /Diverged and left out: SGD \(no SAM\) seed 1\./);
});

test('evaluations along the way are of held-out images, but of test images where the epoch is chosen on them', () => {
  const judged = (selection: 'last' | 'bestOnTest'): RunResult => {
    const run = testRun({ top1Error: 60, losses: [2, 1], selection });
    return { ...run, history: run.history.map((record) => ({ ...record, heldOut: { loss: 3, top1Error: 70, top5Error: 7 } })) };
  };
  const [heldOut, test] = [learningCurves([judged('last')]), learningCurves([judged('bestOnTest')])];
  assert.deepEqual([heldOut, test].map((figure) => traces(figure).map(({ name }) => name)[2]), ['SGD (no SAM), held-out images', 'SGD (no SAM), test images']);
  assert.match(captionOf(heldOut), /Open markers: 1,000 held-out images\./);
  assert.doesNotMatch(captionOf(test), /held-out/);
});

test('learning curves of different lengths are refused', () => {
  assert.throws(() => learningCurves([testRun({ top1Error: 1 }), testRun({ top1Error: 1, epochs: 200 })]), /one number of epochs, got \[100, 200\]/);
  assert.throws(() => learningCurves([]), /expected finished runs of one number of epochs, got \[\]/);
});

test('final errors show ours with intervals beside the report', () => {
  const runs = [61, 62, 63].map((top1Error, seed) => testRun({ top1Error, seed, epochs: 200 }));
  const [table] = errorTables(runs, LAPTOP);
  const figure = finalErrors({ ...table!, trainingImages: 50_000 });
  const find = (name: string): Trace => traces(figure).find((trace) => trace.name === name && trace.yaxis === 'y')!;
  // 200 epochs is the second of 100, 200, 400.
  assert.deepEqual([find('SGD (no SAM), ours').x, find('SGD (no SAM), ours').y], [[0.88], [62]]);
  // 4.3027 / sqrt(3), as in the table.
  assert.ok(Math.abs(find('SGD (no SAM), ours').error_y!.array[0]! - 2.48414) < 1e-4);
  assert.deepEqual(find('SAM, the original (50,000 images)').y, [14.5, 12.48, 11.07]);
  assert.equal(traces(figure).some((trace) => trace.name === 'SAM, ours'), false, 'what was not run has no dot');
  assert.deepEqual(['xaxis', 'yaxis', 'yaxis2'].map((axis) => axisTitle(figure, axis)), ['Epochs of training', 'Top-1 test error, %', 'Top-5 test error, %']);
  assert.match(captionOf(figure), /seeds 0, 1, 2\. Bars: 95 % interval/);
});

test('final errors on fewer images than the original are on an axis of their own, with single seeds beside the mean', () => {
  const runs = [61, 62, 63].map((top1Error, seed) => testRun({ top1Error, seed, epochs: 200 }));
  const [table] = errorTables(runs, LAPTOP);
  const figure = finalErrors(table!, [...runs, testRun({ top1Error: 90, seed: 3, epochs: 200, diverged: true })]);
  const [mean, single, ...others] = traces(figure).filter(({ yaxis }) => yaxis === 'y');
  assert.deepEqual([mean!.y, single!.y, others.length], [[62], [61, 62, 63], 0]);
  assert.deepEqual(mean!.x, [-0.12]);
  single!.x.forEach((x) => assert.ok(x < -0.12 && x > -0.24, `${x}`));
  assert.equal((figure.layout['yaxis'] as { readonly rangemode?: string }).rangemode, 'normal');
  assert.match(captionOf(figure), /small dots: single seeds\./);
});

test('a quick preset and stand-in images are named in every title', () => {
  const runs = [testRun({ preset: 'quick', synthetic: true, top1Error: 80 }), testRun({ preset: 'quick', synthetic: true, top1Error: 80, evaluateOn: 'heldOut' })];
  const quick = { preset: 'quick', dataset: 'cifar10' } as const;
  for (const figure of [learningCurves(runs.slice(0, 1)), finalErrors(errorTables(runs, quick)[0]!), tuningGrid(tuningTables(runs, quick)[0]!)]) {
    assert.match(titleOf(figure), /quick preset: not a result — embedded synthetic images, not CIFAR/);
  }
});

test('the curves of trials are those of the settings with the lowest held-out error, under a title of their own', () => {
  const trial = { evaluateOn: 'heldOut', epochs: 2, losses: [2, 1] } as const;
  const results = [
    testRun({ ...trial, top1Error: 60, learningRate: 0.1 }),
    testRun({ ...trial, top1Error: 50, learningRate: 0.2 }),
    testRun({ ...trial, top1Error: 40, method: 'sam', rho: 0.1, losses: [3, 2] }),
    testRun({ ...trial, top1Error: 45, method: 'sam', rho: 0.2, losses: [4, 3] }),
  ];
  const figure = resultFigures(results, 'laptop')['laptop-cifar10-chosen-trials']!;
  assert.deepEqual(traces(figure).filter(({ yaxis }) => yaxis === 'y').map(({ name, y }) => [name, y]), [['SGD (no SAM)', [2, 1]], ['SAM', [3, 2]]]);
  assert.match(titleOf(figure), /^Trials of the chosen settings over 2 epochs/);
});

test('the grid of trials has a line for SGD and one for each rho', () => {
  const trial = { evaluateOn: 'heldOut', epochs: 30 } as const;
  const figure = tuningGrid(
    tuningTables(
      [
        testRun({ ...trial, learningRate: 0.2, top1Error: 70 }),
        testRun({ ...trial, learningRate: 0.1, top1Error: 68 }),
        testRun({ ...trial, method: 'sam', learningRate: 0.1, rho: 0.1, top1Error: 66 }),
        testRun({ ...trial, method: 'sam', learningRate: 0.1, rho: 0.05, top1Error: 67 }),
      ],
      LAPTOP,
    )[0]!,
  );
  assert.deepEqual(traces(figure).map(({ name, x, y }) => [name, x, y]), [
    ['SGD (no SAM)', [0.1, 0.2], [68, 70]],
    ['SAM, ρ = 0.05', [0.1], [67]],
    ['SAM, ρ = 0.1', [0.1], [66]],
  ]);
  assert.match(captionOf(figure), /1,000 held-out images.*Trials: 2 of SGD \(no SAM\), 2 of SAM; the same number for both\. 30 epochs a trial\./);
  assert.deepEqual(['xaxis', 'yaxis'].map((axis) => axisTitle(figure, axis)), ['Peak learning rate', 'Held-out top-1 error, %']);
});

test('a grid without a finished trial is refused', () => {
  const [table] = tuningTables([testRun({ top1Error: 90, evaluateOn: 'heldOut', diverged: true })], LAPTOP);
  assert.throws(() => tuningGrid(table!), /tuningGrid: expected a finished trial, got none/);
});

test('captions break at spaces', () => {
  assert.deepEqual(wrap('aa bb ccc d', 5), ['aa bb', 'ccc d']);
  assert.deepEqual(wrap('longer than that', 4), ['longer', 'than', 'that']);
});

test('a figure of no spectra is refused', () => {
  assert.throws(() => spectrum({ spectra: [], title: 't', caption: 'c' }), /spectrum: expected one spectrum or more, got none/);
});
