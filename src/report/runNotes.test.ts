import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPreset, presetConfigs } from '../experiment/presets';
import { costsMarkdown } from './runCosts';
import { earlierSettingsNote, lossPeakNote } from './runNotes';
import { errorTables, tuningTables } from './tables';
import { testRun } from './testing/run';

const LAPTOP = { preset: 'laptop', dataset: 'cifar10' } as const;

/** A run with the preset's current settings. */
const NOW = presetConfigs(findPreset('laptop')).filter(({ dataset, epochs, seed }) => dataset === 'cifar10' && epochs === 100 && seed === 1);

test('runs of an older preset say which settings were others; those of the present one say nothing, whatever their tuned settings', () => {
  const [config] = NOW;
  assert.deepEqual(earlierSettingsNote([testRun({ ...config!, learningRate: 0.3, top1Error: 60 })]), []);
  assert.deepEqual(earlierSettingsNote([testRun({ ...config!, warmupEpochs: 5, subsetSeed: 0, top1Error: 60 })]), [
    'These runs have earlier settings of the preset: subsetSeed 0 (now that of the seed), warmupEpochs 5 (now 10). Their learning rates and ρ come from the trials of those settings.',
  ]);
  assert.deepEqual(earlierSettingsNote([testRun({ ...config!, warmupEpochs: 5, preset: 'none', top1Error: 60 })]), []);
});

test('a training loss that rises far above the loss at chance is noted, with how far and when', () => {
  const runs = [[3, 9.5, 1], [3, 2, 11.25], [4.5, 2, 1]].map((losses, seed) => testRun({ losses, seed, top1Error: 60 }));
  // Chance is ln 10 = 2.30 nats; 4.5 is below twice that.
  assert.deepEqual(lossPeakNote(runs), ['In 2 of 3 runs the training loss rises above twice the loss at chance (2.3 nats) before it falls: to 9.5 to 11.3 nats in epoch 2 to 3.']);
  assert.deepEqual(lossPeakNote(runs.slice(2)), []);
});

test('a shared draw of images is noted below the table, a draw for each seed is not', () => {
  const notes = (subsetSeed: (seed: number) => number): string =>
    errorTables([0, 1].map((seed) => testRun({ top1Error: 60, seed, subsetSeed: subsetSeed(seed) })), LAPTOP)[0]!.notes.join(' ');
  assert.match(notes(() => 7), /share one draw of images \(subsetSeed 7\)/);
  assert.doesNotMatch(notes((seed) => seed), /one draw/);
});

test('a choice at the edge of its grid, a single seed, and a lowest error between much worse ones are noted', () => {
  const trial = { evaluateOn: 'heldOut', epochs: 20, seed: 100 } as const;
  const sgd = [[0.1, 77.1], [0.2, 67.4], [0.3, 73.5]].map(([learningRate, top1Error]) => testRun({ ...trial, learningRate: learningRate!, top1Error: top1Error! }));
  const sam = [[0.1, 0.05, 75], [0.2, 0.05, 70], [0.2, 0.1, 80]].map(([learningRate, rho, top1Error]) => testRun({ ...trial, method: 'sam', learningRate: learningRate!, rho: rho!, top1Error: top1Error! }));
  const notes = tuningTables([...sgd, ...sam], LAPTOP)[0]!.notes.join('\n');
  assert.match(notes, /Each setting was tried with one seed/);
  assert.match(notes, /The lowest error of SGD \(no SAM\), 67\.40 % at 0\.2, is of a single seed and lies between 77\.10 % at 0\.1 and 73\.50 % at 0\.3\./);
  assert.match(notes, /The choice of SAM lies at the edge of its grid: its learning rate, 0\.2, is the highest that was tried, and its ρ, 0\.05, is the lowest that was tried\./);
  assert.doesNotMatch(notes, /choice of SGD/);
  const two = tuningTables([...sgd, ...sgd.map((run) => testRun({ ...run.config, top1Error: run.final!.top1Error, seed: 101 }))], LAPTOP)[0]!.notes.join('\n');
  assert.doesNotMatch(two, /one seed|single seed/);
});

test('costs of one and of two threads are not averaged', () => {
  const run = testRun({ top1Error: 60 });
  const table = costsMarkdown([run, { ...run, seconds: 240, environment: { ...run.environment, threads: 1 } }]);
  assert.match(table, /\| CIFAR-10 \| SGD \(no SAM\) \| 100 \| test, 1 thread \| 1 \| 4\.0 \| 800 \|\n\| CIFAR-10 \| SGD \(no SAM\) \| 100 \| test, 2 threads \| 1 \| 1\.0 \| 800 \|/);
});
