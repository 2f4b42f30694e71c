import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ExperimentConfig } from './config';
import type { ExperimentFolders } from './folders';
import { DEFAULT_CONFIG, findPreset, presetConfigs, tuningConfigs } from './presets';
import { RESULT_FORMAT, type RunResult } from './result';
import { bestTrial, expandPreset, isQuick, runPreset } from './runPreset';
import { resultFile, writeResult } from './store';

function trial(config: Partial<ExperimentConfig>, top1Error: number | null): RunResult {
  return {
    format: RESULT_FORMAT,
    id: '',
    preset: 'laptop',
    config: { ...DEFAULT_CONFIG, ...config },
    data: { name: 'CIFAR-10', synthetic: false, trainImages: 1, heldOutImages: 1, testImages: 1 },
    status: top1Error === null ? 'diverged' : 'finished',
    history: [],
    final: top1Error === null ? null : { loss: 0, top1Error, top5Error: 0 },
    seconds: 0,
    gradientEvaluations: 0,
    environment: { samlab: '', node: '', tensorflow: '', processor: '', gpu: null, threads: 1, commit: null },
    finishedAt: '',
  };
}

/** Folders without results and without data, so that nothing can be trained. */
function emptyFolders(t: TestContext): ExperimentFolders {
  const base = mkdtempSync(join(tmpdir(), 'samlab-preset-'));
  t.after(() => rmSync(base, { recursive: true }));
  return { data: base, allowSynthetic: false, results: join(base, 'results'), checkpoints: base, weights: base };
}

void test('the lowest held-out error wins within a method; diverged trials lose; of equal ones the first wins', () => {
  const trials = [
    trial({ method: 'sgd', learningRate: 0.1 }, 60),
    trial({ method: 'sgd', learningRate: 0.2 }, 55),
    trial({ method: 'sgd', learningRate: 0.3 }, 55),
    trial({ method: 'sgd', learningRate: 0.4 }, null),
    trial({ method: 'sam', learningRate: 0.05, rho: 0.2 }, 40),
  ];
  assert.equal(bestTrial(trials, 'sgd')?.learningRate, 0.2);
  assert.deepEqual(bestTrial(trials, 'sam'), { learningRate: 0.05, rho: 0.2, perturbationScope: 'all' });
  assert.equal(bestTrial(trials.slice(3, 4), 'sgd'), undefined);
});

void test('the mean over the seeds of a setting decides; a setting with a diverged seed loses', () => {
  const sgd = (learningRate: number, errors: readonly (number | null)[]): RunResult[] => errors.map((error, seed) => trial({ method: 'sgd', learningRate, seed }, error));
  const trials = [...sgd(0.1, [60, 62, 61]), ...sgd(0.2, [50, 70, 69]), ...sgd(0.4, [40, 41, null])];
  assert.equal(bestTrial(trials, 'sgd')?.learningRate, 0.1);
});

void test('groups expand to their presets; quick runs are known as such', () => {
  assert.deepEqual(expandPreset('quick'), ['quick', 'quick-resnet50', 'quick-fast']);
  assert.deepEqual(expandPreset('laptop'), ['laptop']);
  assert.throws(() => expandPreset('none'), /there is no preset "none"/);
  assert.deepEqual(['quick', 'quick-resnet50', 'smoke', 'laptop', 'corrected'].map(isQuick), [true, true, true, false, false]);
});

void test('a stored result that cannot be read stops neither the other trials nor the runs that do not need it, and is reported at the end', async (t) => {
  const folders = emptyFolders(t);
  const preset = findPreset('laptop');
  const trials = tuningConfigs(preset, 'cifar10');
  const [broken, ...others] = trials.filter(({ method }) => method === 'sam');
  mkdirSync(folders.results);
  writeFileSync(resultFile(folders.results, broken!), '{');
  const sgdTrials = trials.filter(({ method }) => method === 'sgd');
  for (const config of [...sgdTrials, ...others]) {
    await writeResult(folders.results, { ...trial(config, 50), id: '' });
  }
  const decided = bestTrial(sgdTrials.map((config) => trial(config, 50)), 'sgd')!;
  for (const config of presetConfigs(preset).filter(({ method, dataset }) => method === 'sgd' && dataset === 'cifar10')) {
    await writeResult(folders.results, trial({ ...config, ...decided }, 40));
  }
  const ended: string[] = [];
  const made = runPreset('laptop', { folders, only: ({ dataset }) => dataset === 'cifar10', onEnd: ({ config }) => ended.push(`${config.evaluateOn} ${config.method}`) });
  await assert.rejects(made, /runPreset: \d+ runs are stored; some are missing:\n.*is not a stored result/s);
  const count = (what: string): number => ended.filter((one) => one === what).length;
  assert.deepEqual([count('heldOut sgd'), count('heldOut sam'), count('test sam')], [sgdTrials.length, others.length, 0]);
  assert.ok(count('test sgd') > 0);
});

void test('a method whose trials all diverged is not trained with settings that nothing chose', async (t) => {
  const folders = emptyFolders(t);
  const preset = findPreset('laptop');
  const trials = tuningConfigs(preset, 'cifar10');
  for (const config of trials) {
    await writeResult(folders.results, trial(config, config.method === 'sgd' ? 50 : null));
  }
  const decided = bestTrial(trials.map((config) => trial(config, config.method === 'sgd' ? 50 : null)), 'sgd')!;
  const wanted = presetConfigs(preset).filter(({ dataset }) => dataset === 'cifar10');
  for (const config of wanted.filter(({ method }) => method === 'sgd')) {
    await writeResult(folders.results, trial({ ...config, ...decided }, 40));
  }
  const ended: string[] = [];
  const made = runPreset('laptop', { folders, only: ({ dataset }) => dataset === 'cifar10', onEnd: ({ config }) => ended.push(`${config.evaluateOn} ${config.method}`) });
  await assert.rejects(made, /No setting of sam on cifar10 finished all of its trials/);
  assert.deepEqual([ended.includes('test sgd'), ended.includes('test sam')], [true, false]);
});
