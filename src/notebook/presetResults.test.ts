import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeResult } from '../experiment/store';
import { titleOf } from '../report/figures/specification';
import { testRun } from '../report/testing/run';
import { notebookPreset } from './preset';
import { describePreset, presetResults } from './presetResults';

test('tables and figures are those of the preset and data set, by kind', async (context) => {
  const results = await mkdtemp(join(tmpdir(), 'samlab-results-'));
  context.after(() => rm(results, { recursive: true }));
  const runs = [
    testRun({ method: 'sgd', top1Error: 60 }),
    testRun({ method: 'sam', top1Error: 55 }),
    testRun({ method: 'sgd', top1Error: 70, epochs: 20, evaluateOn: 'heldOut', heldOutPerClass: 100 }),
    testRun({ method: 'sgd', top1Error: 80, dataset: 'cifar100' }),
    testRun({ method: 'sgd', top1Error: 90, cutout: 16, preset: 'corrected' }),
  ];
  for (const run of runs) {
    await writeResult(results, run);
  }
  const preset = notebookPreset({});
  const found = await presetResults({ ...preset, folders: { ...preset.folders, results } }, 'cifar10');
  assert.deepEqual(found.tables.flatMap(({ rows }) => rows.flatMap((row) => row.top1Error ?? [])), [60, 55]);
  assert.deepEqual(found.trials.flatMap(({ rows }) => rows.map((row) => row.top1Error)), [70]);
  assert.deepEqual(found.curves.map(titleOf), ['Training over 100 epochs on CIFAR-10, laptop preset']);
  assert.equal(found.finalErrors.length, 1);
  assert.match(titleOf(found.tuning[0]!), /held-out images of CIFAR-10/);
});

test('without runs there is a table that says so and no figure', async () => {
  const preset = notebookPreset({});
  const { tables, trials, curves, finalErrors, tuning } = await presetResults({ ...preset, folders: { ...preset.folders, results: join(tmpdir(), 'samlab-none') } }, 'cifar100');
  assert.deepEqual([tables.length, trials.length, curves.length, finalErrors.length, tuning.length], [1, 0, 0, 0, 0]);
  assert.ok(tables[0]!.rows.every((row) => row.n === 0));
});

test('a preset is described with its runs, images and trials', () => {
  const laptop = describePreset(notebookPreset({}), 'cifar100');
  assert.match(laptop, /The \*\*laptop\*\* preset on CIFAR-100\. This notebook reads stored runs and makes none of them\./);
  assert.match(laptop, /ResNet-50, ImageNet stem\*\* \(laptop\): 30 runs, SGD and SAM, 100, 200, 400 epochs, seeds 0, 1, 2, 3, 4; 50 training images of each class, the whole test set\./);
  assert.match(laptop, /come from 54 trials on 20 held-out training images of each class\./);
  const paper = describePreset(notebookPreset({ SAMLAB_PRESET: 'paper' }), 'cifar10');
  assert.match(paper, /makes the runs that are not stored yet/);
  assert.deepEqual([...paper.matchAll(/- \*\*(.*?)\*\* \((.*?)\)/g)].map(([, model, name]) => `${model} ${name}`), [
    'ResNet-50, CIFAR stem corrected', 'ResNet-50, ImageNet stem corrected', 'ResNet-50, ImageNet stem as-published',
  ]);
});
