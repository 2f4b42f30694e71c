import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CONFIG, findPreset, PRESETS, presetConfigs, tuningConfigs } from './presets';
import { validateConfig } from './schema';

const cases: readonly (readonly [string, unknown, RegExp])[] = [
  ['an unknown key', { lerningRate: 0.1 }, /Unrecognized key: "lerningRate"[\s\S]*Known settings: dataset/],
  ['a negative rho', { rho: -0.05 }, /rho: Too small: expected number to be >=0/],
  ['a rho that is no number', { rho: NaN }, /rho: Invalid input: expected number, received NaN/],
  ['an infinite learning rate', { learningRate: Infinity }, /learningRate: Invalid input/],
  ['a momentum of 1', { momentum: 1 }, /momentum: Too big: expected number to be <1/],
  ['half an epoch', { epochs: 0.5 }, /epochs: Invalid input: expected int/],
  ['a batch of one image', { batchSize: 1 }, /batchSize: Too small/],
  ['an unknown model', { model: 'vgg' }, /model: Invalid option: expected one of "resnet20"/],
  ['label noise above 1', { labelNoise: 1.5 }, /labelNoise: Too big/],
  ['a warm-up as long as the run', { epochs: 5, warmupEpochs: 5 }, /a warm-up of 5 epochs does not fit into 5 epochs/],
  ['choices without held-out images', { evaluateOn: 'heldOut' }, /needs heldOutPerClass of at least 1/],
];

for (const [name, change, message] of cases) {
  void test(`${name} is refused by name`, () => {
    assert.throws(() => validateConfig({ ...DEFAULT_CONFIG, ...(change as object) }), { name: 'RangeError', message });
  });
}

void test('all problems are listed at once', () => {
  assert.throws(() => validateConfig({ ...DEFAULT_CONFIG, rho: -1, seed: 0.5 }), /rho[\s\S]*seed/);
});

void test('every preset holds valid configurations, all different', () => {
  for (const preset of PRESETS) {
    const configs = presetConfigs(preset);
    assert.equal(new Set(configs.map((config) => JSON.stringify(config))).size, configs.length, preset.name);
  }
});

void test('laptop is the grid of Tables 1 and 2 with three seeds, at equal settings for both methods', () => {
  const configs = presetConfigs(findPreset('laptop'));
  assert.equal(configs.length, 2 * 3 * 3 * 2);
  assert.ok(configs.every(({ model, stem, testImagesPerClass, evaluateOn }) => model === 'resnet50' && stem === 'imagenet' && testImagesPerClass === 0 && evaluateOn === 'test'));
  assert.deepEqual(new Set(configs.map(({ dataset, imagesPerClass }) => `${dataset} ${imagesPerClass}`)), new Set(['cifar10 100', 'cifar100 50']));
});

void test('tuning tries as many settings with either method, on held-out images and with a seed that no run uses', () => {
  const preset = findPreset('laptop');
  const trials = tuningConfigs(preset, 'cifar10');
  const counts = (method: string): number => trials.filter((trial) => trial.method === method).length;
  assert.equal(counts('sgd'), counts('sam'));
  assert.ok(counts('sgd') > 1);
  assert.ok(trials.every(({ evaluateOn, heldOutPerClass }) => evaluateOn === 'heldOut' && heldOutPerClass > 0));
  const seeds = new Set(presetConfigs(preset).map(({ seed }) => seed));
  assert.ok(trials.every(({ seed }) => !seeds.has(seed)));
});

void test('an unknown preset is refused with the known ones', () => {
  assert.throws(() => findPreset('fast'), { name: 'RangeError', message: /no preset "fast"; choose quick, .*laptop/ });
});
