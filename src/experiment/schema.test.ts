import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG, findPreset, PRESETS, presetConfigs, tuningConfigs } from './presets';
import { PUBLISHED_DEFECTS } from './publishedDefects';
import { validateConfig } from './schema';
import { runId } from './store';

const cases: readonly (readonly [string, unknown, RegExp])[] = [
  ['an unknown key', { lerningRate: 0.1 }, /Unrecognized key: "lerningRate"; did you mean learningRate\?$/],
  ['a negative rho', { rho: -0.05 }, /^validateConfig: the configuration cannot be run:\n {2}rho: Too small: expected number to be >=0, got -0\.05; the default is 0\.05$/],
  ['a rho that is no number', { rho: NaN }, /rho: Invalid input: expected number, received NaN; the default is 0\.05/],
  ['an infinite learning rate', { learningRate: Infinity }, /learningRate: Invalid input/],
  ['a momentum of 1', { momentum: 1 }, /momentum: Too big: expected number to be <1/],
  ['no epoch', { epochs: 0 }, /epochs: Too small: expected number to be >0/],
  ['decoupled decay within the loss', { decoupled: true, weightDecayIn: 'loss' }, /decoupled weight decay is a part of the step/],
  ['decoupled rates of AdamW', { decoupled: true, optimizer: 'adamw' }, /decoupled rates are worked out from SGD's momentum, got optimizer "adamw"/],
  ['AdamW without an epsilon', { optimizer: 'adamw', adamEpsilon: 0 }, /adamEpsilon: .*got 0; the default is 1e-8/],
  ['a batch of one image', { batchSize: 1 }, /batchSize: Too small/],
  ['an unknown model', { model: 'vgg' }, /model: Invalid option: expected one of "resnet20".*, got "vgg"; the default is "resnet50"/],
  ['a misspelt model', { model: 'resnet52' }, /model: Invalid option: .*, got "resnet52"; did you mean resnet\d+\?$/],
  ['label noise above 1', { labelNoise: 1.5 }, /labelNoise: Too big/],
  ['a warm-up as long as the run', { epochs: 5, warmupEpochs: 5 }, /a warm-up of 5 epochs does not fit into 5 epochs/],
  ['a sparsity above 1', { sparsity: 1.1 }, /sparsity: Too big: expected number to be <=1, got 1\.1; the default is 0\.5/],
  ['a negative sparsity', { sparsity: -0.1 }, /sparsity: Too small: expected number to be >=0, got -0\.1/],
  ['a sparsity that is no number', { sparsity: NaN }, /sparsity: Invalid input: expected number, received NaN/],
  ['a norm below 1', { perturbationNorm: 0.5 }, /perturbationNorm: /],
  ['no ascent step', { ascentSteps: 0 }, /ascentSteps: Too small/],
  ['a bound of elements that no projection acts on', { method: 'fgsm', ascentBound: 0.001, ascentProjection: false }, /ascentBound bounds the elements after a projection/],
  ['a bound of elements in the 2-norm', { method: 'fgsm', ascentBound: 0.001, ascentBall: 'euclidean' }, /set ascentBall infinity/],
  ['groups that do not divide the batch', { groupSize: 48 }, /groupSize 48 does not divide batchSize 128; choose a divisor/],
  ['more samples than images', { method: 'ssamF', maskSamples: 200 }, /maskSamples 200 are more images than the 128/],
  ['perturbations that start with a decay that never comes', { perturbationStart: 'decay' }, /needs the schedule warmupStableDecay, got cosine/],
  ['perturbations that end before they start', { perturbationStart: 9, perturbationEnd: 8 }, /from epoch 9 to 8 do not fit/],
  ['perturbations beyond the run', { perturbationEnd: 201 }, /from epoch 1 to 201 do not fit into 200 epochs/],
  ['images held out of a run that never looks at them', { selection: 'bestOnTest', heldOutPerClass: 1 }, /never looks at held-out images, got heldOutPerClass 1; hold none out/],
  ['a network chosen by its test error among held-out trials', { selection: 'bestOnTest', evaluateOn: 'heldOut', heldOutPerClass: 1 }, /looks at the test set/],
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

void test('tail starts its perturbations with its decay', () => {
  const configs = presetConfigs(findPreset('tail'));
  assert.ok(configs.every(({ schedule, perturbationStart }) => schedule === 'warmupStableDecay' && perturbationStart === 'decay'));
  assert.deepEqual(new Set(configs.map(({ decayShare }) => decayShare)), new Set([0.2, 0.57]));
});

void test('each defect of the original is a run of its own beside the run without any', () => {
  const configs = presetConfigs(findPreset('defects'));
  const holds = (config: ExperimentConfig, changes: Partial<ExperimentConfig>): boolean => Object.entries(changes).every(([key, value]) => config[key as keyof ExperimentConfig] === value);
  for (const [name, changes] of Object.entries(PUBLISHED_DEFECTS)) {
    assert.ok(configs.some((config) => holds(config, changes)), name);
  }
  const plain = { asamOn: 'weights', selection: 'last', cutout: 0, learningRate: 0.1, radiusIn: 'twoNorm', ascentProjection: true } as const;
  assert.ok((['sgd', 'sam'] as const).every((method) => configs.some((config) => holds(config, { ...plain, method }))));
});

void test('each defect can be switched on by itself in as-published, which already has the learning rate', () => {
  const published = presetConfigs(findPreset('as-published')).find(({ method, seed }) => method === 'sam' && seed === 0)!;
  const configs = presetConfigs(findPreset('as-published-defects'));
  const { learningRate, ...others } = PUBLISHED_DEFECTS;
  assert.deepEqual({ ...published, ...learningRate }, published);
  for (const [name, changes] of Object.entries(others)) {
    const steps = 'method' in changes && changes.method === 'fgsm' ? { ascentSteps: 2 } : {};
    const alone = { ...published, ...changes, ...steps, dataset: 'cifar10', epochs: 100 };
    assert.equal(configs.filter(({ seed, dataset, epochs }) => seed === 0 && dataset === 'cifar10' && epochs === 100).filter((config) => JSON.stringify(config) === JSON.stringify(alone)).length, 1, name);
  }
});

void test("fgsm-clip runs the original's clip working, not working and at its radius, all else equal, and the sister project's steps", () => {
  const configs = presetConfigs(findPreset('fgsm-clip')).filter(({ seed }) => seed === 0);
  const wide = configs.filter(({ method, rho }) => method === 'fgsm' && rho === 0.05);
  assert.deepEqual(wide.map(({ ascentProjection, ascentBound }) => [ascentProjection, ascentBound]), [[true, 0.001], [false, 0], [true, 0]]);
  const [working, ...others] = wide.map((config) => ({ ...config, ascentProjection: true, ascentBound: 0 }));
  others.forEach((other) => assert.deepEqual(other, working));
  assert.ok(wide.every(({ radiusIn, ascentSteps, ascentStepLength }) => radiusIn === 'ownNorm' && ascentSteps === 2 && ascentStepLength === 1));
  const known = presetConfigs(findPreset('fgsm-steps')).concat(presetConfigs(findPreset('defects'))).map(runId);
  assert.equal(configs.map(runId).filter((id) => known.includes(id)).length, 4, 'SGD, SAM, the unclipped run and four steps of the sister project exist already');
  for (const preset of ['fgsm-clip', 'fgsm-sister']) {
    const steps = presetConfigs(findPreset(preset)).filter(({ method, rho, seed }) => method === 'fgsm' && rho === 0.00025 && seed === 0);
    assert.deepEqual(steps.map(({ ascentSteps }) => ascentSteps), [1, 2, 3, 4, 5, 10]);
  }
});

void test('the quick comparisons share one budget, and with it the runs that more than one of them needs', () => {
  const ids = ['family', 'fgsm-steps', 'defects'].map((name) => new Set(presetConfigs(findPreset(name)).map(runId)));
  for (const config of presetConfigs(findPreset('family')).filter(({ seed, method }) => seed === 0 && ['sgd', 'sam'].includes(method))) {
    assert.ok(ids.every((set) => set.has(runId(config))), runId(config));
  }
});

void test('laptop is the grid of Tables 1 and 2 with five seeds, at equal settings for both methods', () => {
  const configs = presetConfigs(findPreset('laptop'));
  assert.equal(configs.length, 2 * 3 * 5 * 2);
  assert.ok(configs.every(({ model, stem, testImagesPerClass, evaluateOn }) => model === 'resnet50' && stem === 'imagenet' && testImagesPerClass === 0 && evaluateOn === 'test'));
  assert.deepEqual(new Set(configs.map(({ dataset, imagesPerClass }) => `${dataset} ${imagesPerClass}`)), new Set(['cifar10 100', 'cifar100 50']));
});

void test('each seed of laptop draws its own subset, so that runs of one seed are pairs', () => {
  const preset = findPreset('laptop');
  const configs = [...presetConfigs(preset), ...tuningConfigs(preset, 'cifar10')];
  assert.ok(configs.every(({ seed, subsetSeed }) => subsetSeed === seed));
  assert.ok(presetConfigs(findPreset('family')).every(({ subsetSeed }) => subsetSeed === 0));
});

void test('tuning tries as many settings with either method, each with three seeds that no run uses, on held-out images', () => {
  const preset = findPreset('laptop');
  const trials = tuningConfigs(preset, 'cifar10');
  const settings = new Map<string, number[]>();
  for (const { method, learningRate, rho, seed } of trials) {
    const key = JSON.stringify([method, learningRate, rho]);
    settings.set(key, [...(settings.get(key) ?? []), seed]);
  }
  assert.ok([...settings.values()].every((seeds) => new Set(seeds).size === 3 && seeds.length === 3));
  const counts = (method: string): number => trials.filter((trial) => trial.method === method).length;
  assert.equal(counts('sgd'), counts('sam'));
  assert.ok(counts('sgd') > 1);
  assert.ok(trials.every(({ evaluateOn, heldOutPerClass }) => evaluateOn === 'heldOut' && heldOutPerClass > 0));
  const seeds = new Set(presetConfigs(preset).map(({ seed }) => seed));
  assert.ok(trials.every(({ seed }) => !seeds.has(seed)));
});

void test('an unknown preset is refused with the known ones', () => {
  assert.throws(() => findPreset('faster'), { name: 'RangeError', message: /no preset "faster"; choose quick, .*laptop/ });
});

void test('trials of the fast network: equally many for each method, on images held out only for them, with seeds that no run has', () => {
  for (const name of ['fast-sgd-sam', 'fast-family', 'fast-cifar100']) {
    const preset = findPreset(name);
    const runs = presetConfigs(preset);
    const [{ dataset }] = runs as [ExperimentConfig];
    const trials = tuningConfigs(preset, dataset);
    for (const method of new Set(runs.map((run) => run.method))) {
      assert.equal(trials.filter((trial) => trial.method === method).length, 24, `${name}, ${method}`);
    }
    assert.ok(runs.every(({ heldOutPerClass, evaluateOn }) => heldOutPerClass === 0 && evaluateOn === 'test'));
    assert.ok(trials.every(({ heldOutPerClass, evaluateOn, seed, epochs }) => heldOutPerClass > 0 && evaluateOn === 'heldOut' && seed >= 100 && epochs === 9.9));
  }
});
