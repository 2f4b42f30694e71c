import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toDataFrame } from './dataFrame';
import { errorTables, tuningTables, type ResultTable } from './tables';
import { toHtml, toMarkdown } from './tableText';
import { findPreset, presetConfigs } from '../experiment/presets';
import { hasPresentSettings } from './presentSettings';
import { testRun } from './testing/run';

const LAPTOP = { preset: 'laptop', dataset: 'cifar10' } as const;

function markdownRow(table: ResultTable, start: string): string {
  const line = toMarkdown(table).split('\n').find((candidate) => candidate.startsWith(start));
  assert.ok(line !== undefined, `no row starts with "${start}" in\n${toMarkdown(table)}`);
  return line;
}

test('a cell holds mean, interval, n and seeds, and the report\'s numbers beside them', () => {
  const runs = [61, 62, 63].map((top1Error, seed) => testRun({ method: 'sam', rho: 0.1, top1Error, top5Error: 10, seed }));
  const [table, ...others] = errorTables(runs, LAPTOP);
  assert.equal(others.length, 0);
  // Mean 62, s = 1, half width 4.3027 / sqrt(3) = 2.48; equal top-5 errors have an interval of width 0.
  assert.equal(markdownRow(table!, '| SAM | 100 '), '| SAM | 100 | 62.00 ± 2.48 | 10.00 ± 0.00 | n = 3, seeds 0, 1, 2 | 0.1 | 0.1 | 14.50 | 0.70 |');
  assert.equal(markdownRow(table!, '| SGD (no SAM) | 400 '), '| SGD (no SAM) | 400 | not run | not run | not run | – | – | 11.24 | 0.80 |');
});

test('the rows are in the original\'s order, also where nothing was run', () => {
  for (const runs of [[], [testRun({ method: 'sam', epochs: 200, top1Error: 60 })]]) {
    const [table] = errorTables(runs, { ...LAPTOP, preset: 'laptop' });
    assert.deepEqual(
      table!.rows.map((row) => `${row.method} ${row.epochs}`),
      ['sgd 100', 'sgd 200', 'sgd 400', 'sam 100', 'sam 200', 'sam 400'],
    );
  }
});

test('one run has no interval and says so', () => {
  const [table] = errorTables([testRun({ top1Error: 60.125 })], LAPTOP);
  assert.match(markdownRow(table!, '| SGD (no SAM) | 100 '), /\| 60\.13 \| 6\.01 \| n = 1, seed 0: no interval \|/);
  assert.match(toMarkdown(table!), /A cell with n = 1 has no interval/);
});

test('a diverged run is named and is in no mean', () => {
  const runs = [testRun({ top1Error: 60 }), testRun({ top1Error: 90, seed: 1, diverged: true }), testRun({ epochs: 200, top1Error: 90, seed: 2, diverged: true })];
  const [table] = errorTables(runs, LAPTOP);
  assert.match(markdownRow(table!, '| SGD (no SAM) | 100 '), /\| 60\.00 \| 6\.00 \| n = 1, seed 0: no interval; diverged \(seed 1\) \|/);
  assert.match(markdownRow(table!, '| SGD (no SAM) | 200 '), /\| diverged \| diverged \| diverged \(seed 2\) \|/);
});

test('runs belong only to the table of their preset, data set and purpose', () => {
  const strangers = [
    testRun({ top1Error: 1, preset: 'corrected' }),
    testRun({ top1Error: 2, dataset: 'cifar100' }),
    testRun({ top1Error: 3, evaluateOn: 'heldOut' }),
  ];
  const [table] = errorTables([...strangers, testRun({ top1Error: 60 })], LAPTOP);
  assert.equal(table!.rows[0]!.top1Error, 60);
  assert.equal(table!.rows[0]!.n, 1);
});

test('runs of another network or of stand-in images are never averaged with the others', () => {
  const tables = errorTables([testRun({ top1Error: 60 }), testRun({ top1Error: 50, stem: 'cifar', seed: 1 }), testRun({ top1Error: 40, synthetic: true, seed: 2 })], LAPTOP);
  assert.deepEqual(tables.map((table) => table.rows[0]!.top1Error), [60, 50, 40]);
  assert.match(tables[1]!.caption, /CIFAR stem/);
  assert.match(tables[1]!.title, /, laptop preset \(stem=cifar, one subset for all seeds\)$/);
});

test('runs that draw a subset of their own with their seed are one table; a subset that all share is another recipe', () => {
  const own = [0, 1, 2].map((seed) => testRun({ top1Error: 60 + seed, seed, subsetSeed: seed }));
  assert.deepEqual(errorTables(own, LAPTOP).map((table) => table.rows[0]!.n), [3]);
  const shared = [1, 2].map((seed) => testRun({ top1Error: 50, seed, subsetSeed: 7 }));
  assert.deepEqual(errorTables(shared, LAPTOP).map((table) => table.rows[0]!.n), [2]);
  const apart = errorTables([testRun({ top1Error: 60, seed: 1, subsetSeed: 1 }), testRun({ top1Error: 50, seed: 2, subsetSeed: 7 })], LAPTOP);
  assert.deepEqual(apart.map((table) => table.rows[0]!.n), [1, 1]);
  assert.deepEqual(apart.map(({ title }) => /\(.*\)$/.exec(title)?.[0]), ['(a subset for each seed)', '(one subset for all seeds)']);
});

test('the runs with the most seeds come first, of equals those with the present settings of their preset', () => {
  const [now] = presetConfigs(findPreset('laptop'));
  const present = testRun({ ...now, learningRate: 0.3, top1Error: 50 });
  assert.deepEqual([testRun({ top1Error: 60 }), present, testRun({ ...now, subsetSeed: 5, top1Error: 50 })].map(hasPresentSettings), [false, true, false]);
  const trial = testRun({ ...now, evaluateOn: 'heldOut', epochs: 20, seed: 100, subsetSeed: 100, top1Error: 70 });
  assert.equal(hasPresentSettings(trial), true);
  assert.deepEqual(errorTables([testRun({ top1Error: 60 }), present], LAPTOP).map(({ rows }) => rows[0]!.top1Error), [50, 60]);
  assert.deepEqual(errorTables([testRun({ top1Error: 60 }), present], LAPTOP).map(({ title }) => title.replace(/.*laptop preset/, '')), ['', ' (earlier settings: heldOutPerClass=0, normalization=dataset, warmupEpochs=5)']);
  // More seeds tell more.
  assert.deepEqual(errorTables([present, testRun({ top1Error: 60 }), testRun({ top1Error: 60, seed: 1 })], LAPTOP).map(({ rows }) => rows[0]!.top1Error), [60, 50]);
});

test('SAM with a scope that its trials chose is in one table with SGD, which has none; two scopes are two recipes', () => {
  const sgd = testRun({ top1Error: 60 });
  const sam = testRun({ method: 'sam', perturbationScope: 'noNorm', top1Error: 58 });
  const [table, ...others] = errorTables([sgd, sam], LAPTOP);
  assert.deepEqual(others, []);
  assert.deepEqual(table!.differences!.map(({ measure, mean }) => [measure, mean]), [['top1Error', -2], ['loss', 0]]);
  assert.ok(table!.notes.includes('SAM perturbs all parameters except those of batch norm.'));
  const two = errorTables([sgd, sam, testRun({ method: 'sam', top1Error: 59, seed: 1 })], LAPTOP);
  assert.deepEqual(two.map(({ rows }) => rows.filter(({ n }) => n > 0).map(({ method, top1Error }) => [method, top1Error])), [[['sgd', 60], ['sam', 59]], [['sam', 58]]]);
});

test('another learning rate makes another row', () => {
  const [table] = errorTables([testRun({ top1Error: 60 }), testRun({ top1Error: 50, learningRate: 0.01 })], LAPTOP);
  assert.deepEqual(table!.rows.slice(0, 2).map(({ learningRate, top1Error }) => [learningRate, top1Error]), [[0.01, 50], [0.1, 60]]);
});

test('titles mark what is not a result', () => {
  const quick = errorTables([testRun({ preset: 'quick', synthetic: true, epochs: 6, top1Error: 80 })], { preset: 'quick', dataset: 'cifar10' });
  assert.match(quick[0]!.title, /quick preset: not a result/);
  assert.match(quick[0]!.title, /embedded synthetic images, not CIFAR/);
  assert.equal(quick[0]!.rows.length, 1, 'a quick table shows what was run and none of the cells of the report');
  assert.doesNotMatch(toMarkdown(quick[0]!), /Report/);
  const [laptop] = errorTables([testRun({ top1Error: 60 })], LAPTOP);
  assert.equal(laptop!.title, 'Table 1. Test error with and without SAM on CIFAR-10, laptop preset');
});

test('the caption names data set, images, network and seeds', () => {
  const [table] = errorTables([testRun({ top1Error: 60, seed: 4 }), testRun({ top1Error: 61, seed: 3 })], LAPTOP);
  assert.equal(table!.caption, 'CIFAR-10, 1,000 training images (100 per class), 10,000 test images; ResNet-50, ImageNet stem; seeds 3, 4');
});

test('the table of trials marks the lowest error of each method and counts the trials', () => {
  const trial = { evaluateOn: 'heldOut', epochs: 30, seed: 100 } as const;
  const runs = [
    testRun({ ...trial, learningRate: 0.05, top1Error: 70 }),
    testRun({ ...trial, learningRate: 0.1, top1Error: 68 }),
    testRun({ ...trial, method: 'sam', learningRate: 0.05, rho: 0.05, top1Error: 66 }),
    testRun({ ...trial, method: 'sam', learningRate: 0.05, rho: 0.1, top1Error: 67 }),
  ];
  const [table] = tuningTables(runs, LAPTOP);
  assert.match(markdownRow(table!, '| SGD (no SAM) | 0.1 '), /\| lowest \|$/);
  assert.match(markdownRow(table!, '| SGD (no SAM) | 0.05 '), /\| {2}\|$/);
  assert.match(markdownRow(table!, '| SAM | 0.05 | 0.05 '), /\| 66\.00 .*\| lowest \|$/);
  assert.match(table!.notes[0]!, /^Trials: 2 of SGD \(no SAM\), 2 of SAM; the same number for both\.$/);
  assert.match(tuningTables(runs.slice(1), LAPTOP)[0]!.notes[0]!, /1 of SGD \(no SAM\), 2 of SAM; not the same number/);
});

test('HTML escapes what it shows', () => {
  const [table] = errorTables([testRun({ top1Error: 60 })], LAPTOP);
  assert.match(toHtml({ ...table!, title: 'a < b & c' }), /<b>a &lt; b &amp; c<\/b>/);
});

test('rows become a data frame with one column a field', async () => {
  const [table] = errorTables([testRun({ top1Error: 60 })], LAPTOP);
  const frame = await toDataFrame(table!.rows);
  assert.deepEqual(frame.shape, [6, 13]);
  assert.equal(frame.at(0, 'top1Error'), 60);
  await assert.rejects(toDataFrame([]), /toDataFrame: expected one row or more/);
});

test("the number of training images is beside our errors and the original's", () => {
  const text = toMarkdown(errorTables([testRun({ top1Error: 61.25 })], { preset: 'laptop', dataset: 'cifar10' })[0]!);
  assert.match(text, /\| Top-1 error, %, 1,000 training images \|.*\| Original: top-1, 50,000 training images \|/);
});
