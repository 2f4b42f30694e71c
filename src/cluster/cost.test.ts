import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentConfig } from '../experiment/config';
import { DEFAULT_CONFIG } from '../experiment/presets';
import { addCosts, comparisonText, CostModel, costKey, costOfResult, estimateText, gridCost, readCosts, type MeasuredCost } from './cost';
import { testFolder } from './testing/programs';
import { testResult } from './testing/result';

function cost(secondsPerEpoch: number, machine: Partial<MeasuredCost['machine']> = {}): MeasuredCost {
  return { secondsPerEpoch, secondsOnce: 6, config: DEFAULT_CONFIG, machine: { processorDigest: 'p', gpu: null, threads: 4, ...machine } };
}

const HERE = { this: { processorDigest: 'p', threads: 4 } } as const;

void test('a run costs its epochs and a fixed part, by the median of measurements', () => {
  const model = new CostModel([cost(30), cost(10), cost(20), cost(5000, { processorDigest: 'other' }), cost(7000, { threads: 2 })], HERE);
  assert.equal(model.seconds({ ...DEFAULT_CONFIG, epochs: 100 }), 100 * 20 + 6);
  assert.equal(model.seconds({ ...DEFAULT_CONFIG, epochs: 3, seed: 9, learningRate: 1, rho: 0.3 }), 3 * 20 + 6);
  assert.equal(model.seconds({ ...DEFAULT_CONFIG, method: 'sam' }), null);
});

void test('for other numbers of cores, cores times time stays constant; a GPU is comparable only with its own kind', () => {
  const known = [cost(10), cost(1, { gpu: 'H100' })];
  const run = { ...DEFAULT_CONFIG, epochs: 100 };
  assert.equal(new CostModel(known, { cores: 2, gpus: 0 }).seconds(run), 2 * (100 * 10 + 6));
  assert.equal(new CostModel(known, { cores: 8, gpus: 0 }).seconds(run), 0.5 * (100 * 10 + 6));
  assert.equal(new CostModel(known, { cores: 2, gpus: 1 }).seconds(run), 100 * 1 + 6);
  assert.equal(new CostModel([cost(10)], { cores: 2, gpus: 1 }).seconds(run), null);
});

void test('settings that change the time of an epoch change the key; giving a default does not', () => {
  for (const change of [{ model: 'resnet20' }, { stem: 'imagenet' }, { batchSize: 64 }, { method: 'sam' }, { imagesPerClass: 10 }, { dataset: 'cifar100' }, { labelNoise: 0.2 }] as const) {
    assert.notEqual(costKey({ ...DEFAULT_CONFIG, ...change }), costKey(DEFAULT_CONFIG), JSON.stringify(change));
  }
  assert.equal(costKey({ ...DEFAULT_CONFIG, epochs: 7, seed: 3 }), costKey(DEFAULT_CONFIG));
});

void test('settings without effect, or without effect on time, are not part of the key, whatever the method', () => {
  const alike: readonly Partial<ExperimentConfig>[] = [
    { schedule: 'warmupStableDecay', decayShare: 0.5 }, { method: 'asam', asamEta: 0 }, { method: 'lookSam', lookAlpha: 0.3 }, { method: 'gsam', gsamAlpha: 1 },
    { method: 'sam', lookEvery: 2, asamScaling: 'filter' }, { model: 'resnet20', stem: 'imagenet' },
  ];
  for (const change of alike) {
    const { method = 'sgd', model = 'resnet50' } = change;
    assert.equal(costKey({ ...DEFAULT_CONFIG, ...change }), costKey({ ...DEFAULT_CONFIG, method, model }), JSON.stringify(change));
  }
  for (const change of [{ method: 'lookSam', lookEvery: 2 }, { method: 'sam', groupSize: 32 }, { kernels: 'pinned' }] as const) {
    const { method }: Partial<ExperimentConfig> = { method: 'sgd', ...change };
    assert.notEqual(costKey({ ...DEFAULT_CONFIG, ...change }), costKey({ ...DEFAULT_CONFIG, method }), JSON.stringify(change));
  }
});

void test('a finished run is a measurement: its epochs and the rest separately', () => {
  const { secondsPerEpoch, secondsOnce, machine } = costOfResult(testResult({ epochs: 5 }));
  assert.deepEqual([secondsPerEpoch, secondsOnce, machine], [1, 2, { processorDigest: 'q', gpu: null, threads: 4 }]);
});

void test('hours are core hours, or GPU hours where there are GPUs', () => {
  assert.deepEqual(gridCost([3600, null, 1800], { cores: 4, gpus: 0 }), { hours: 6, unit: 'core hours', unknown: 1 });
  assert.deepEqual(gridCost([3600, 1800], { cores: 4, gpus: 2 }), { hours: 3, unit: 'GPU hours', unknown: 0 });
});

void test('the sentences give the estimate, the number of runs and the deviation', () => {
  assert.equal(estimateText(2, { hours: 12.34, unit: 'core hours', unknown: 0 }), 'Estimated cost: 12 core hours for 2 runs.');
  assert.match(estimateText(3, { hours: 0.0123, unit: 'GPU hours', unknown: 1 }), /0\.012 GPU hours for 2 runs, and 1 of which nothing/);
  assert.match(estimateText(3, { hours: 0, unit: 'GPU hours', unknown: 3 }), /^What these 3 runs cost is not known/);
  const hours = (value: number): Parameters<typeof comparisonText>[0] => ({ hours: value, unit: 'core hours', unknown: 0 });
  assert.equal(comparisonText(hours(10), hours(12)), 'Estimated 10 core hours, took 12: 20 % more than estimated.');
  assert.equal(comparisonText(hours(200), hours(150)), 'Estimated 200 core hours, took 150: 25 % less than estimated.');
});

void test('measurements are kept', (t) => {
  const store = testFolder(t);
  assert.deepEqual(readCosts(store), []);
  addCosts(store, [cost(1)]);
  addCosts(store, [cost(2)]);
  assert.deepEqual(readCosts(store).map(({ secondsPerEpoch }) => secondsPerEpoch), [1, 2]);
});
