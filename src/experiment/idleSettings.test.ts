import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG, withDefaults } from './defaultConfig';
import { idleSettings, varyingSettings } from './idleSettings';
import { validateConfig } from './schema';

const cases: readonly (readonly [Partial<ExperimentConfig>, keyof ExperimentConfig, boolean])[] = [
  [{}, 'rho', true], [{ method: 'sam' }, 'rho', false],
  [{ method: 'sam' }, 'ascentSteps', true], [{ method: 'fgsm' }, 'ascentSteps', false],
  [{ method: 'sam' }, 'radiusIn', true], [{ method: 'sam', perturbationNorm: 'infinity' }, 'radiusIn', false],
  [{ method: 'fgsm', ascentBall: 'euclidean' }, 'radiusIn', true], [{ method: 'fgsm', ascentSteps: 1 }, 'ascentMomentum', true],
  ...(['rhoSchedule', 'perturbationNorm', 'perturbationScope', 'radiusIn'] as const).flatMap((key): (typeof cases)[number][] => [
    [{ method: 'sam', rho: 0, perturbationNorm: 1 }, key, true], [{ method: 'sam', perturbationNorm: 1 }, key, false],
  ]),
  [{ method: 'lookSam', lookEvery: 1 }, 'lookAlpha', true],
  [{ model: 'resnet20' }, 'stem', true], [{}, 'stem', false], [{}, 'decayShare', true], [{}, 'cutoutPer', true],
  [{ weightDecay: 0 }, 'weightDecayIn', true], [{ weightDecay: 0 }, 'weightDecayOn', true],
  [{ momentum: 0 }, 'nesterov', true], [{ momentum: 0, nesterov: false }, 'nesterov', false],
  [{}, 'beta1', true], [{}, 'adamEpsilon', true], [{}, 'momentum', false], [{ optimizer: 'adamw' }, 'beta2', false], [{ optimizer: 'adamw' }, 'momentum', true], [{ optimizer: 'adamw' }, 'nesterov', true],
  [{}, 'subsetSeed', true], [{ labelNoise: 0.1 }, 'subsetSeed', false], [{}, 'kernels', false], [{}, 'learningRate', false],
];

for (const [changes, key, idle] of cases) {
  void test(`${key} ${idle ? 'changes nothing' : 'acts'} with ${JSON.stringify(changes)}`, () => {
    assert.equal(idleSettings({ ...DEFAULT_CONFIG, ...changes }).has(key), idle);
  });
}

void test('runs are listed with the settings that vary, have an effect and are not in the name', () => {
  const configs = [{ method: 'sgd' }, { method: 'sam' }, { method: 'sam', rho: 0.1, seed: 1 }, { method: 'sam', rho: 0.1, batchSize: 64 }].map((changes) => ({ ...DEFAULT_CONFIG, ...changes }) as ExperimentConfig);
  assert.deepEqual(configs.map(varyingSettings(configs)), ['batchSize=128', 'batchSize=128 rho=0.05', 'batchSize=128 rho=0.1', 'batchSize=64 rho=0.1']);
  assert.deepEqual(configs.slice(0, 2).map(varyingSettings(configs.slice(0, 2))), ['', '']);
});

void test('a default warm-up fits a run of any length, and one that is given stays', () => {
  const warmups = [1, 2, 3, 5, 6, 200].map((epochs) => validateConfig(withDefaults({ epochs })).warmupEpochs);
  assert.deepEqual(warmups, [0, 1, 1, 2, 5, 5]);
  assert.throws(() => validateConfig(withDefaults({ epochs: 2, warmupEpochs: 5 })), /a warm-up of 5 epochs does not fit into 2/);
});
