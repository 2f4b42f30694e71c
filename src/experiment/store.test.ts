import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PROJECT_ROOT } from '../files/projectRoot';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG } from './presets';
import { RESULT_FORMAT, type RunResult } from './result';
import { FINISHED_RUN } from '../testing/finishedRun';
import { configHash, findResult, readResults, resultFile, runId, writeResult } from './store';

const folder = mkdtempSync(join(tmpdir(), 'samlab-store-'));
after(() => rmSync(folder, { recursive: true }));

function resultOf(config: ExperimentConfig): RunResult {
  return {
    ...FINISHED_RUN,
    format: RESULT_FORMAT,
    id: runId(config),
    config,
    data: { name: 'CIFAR-10', synthetic: false, trainImages: 10, heldOutImages: 0, testImages: 10 },
  };
}

void test('a written result is found, complete, by its configuration', async () => {
  const config = { ...DEFAULT_CONFIG, seed: 7 };
  await writeResult(folder, resultOf(config));
  assert.deepEqual(await findResult(folder, config), resultOf(config));
  assert.equal(await findResult(folder, { ...config, seed: 8 }), undefined);
  assert.deepEqual((await readResults(folder)).map(({ id }) => id), [runId(config)]);
});

void test('equal runs share a name: SGD does not read rho, ResNet-20 has no choice of stem', () => {
  assert.equal(configHash({ ...DEFAULT_CONFIG, rho: 0.2 }), configHash(DEFAULT_CONFIG));
  assert.notEqual(configHash({ ...DEFAULT_CONFIG, method: 'sam', rho: 0.2 }), configHash({ ...DEFAULT_CONFIG, method: 'sam' }));
  const small = { ...DEFAULT_CONFIG, model: 'resnet20' } as const;
  assert.equal(configHash({ ...small, stem: 'imagenet' }), configHash(small));
  assert.notEqual(configHash({ ...DEFAULT_CONFIG, stem: 'imagenet' }), configHash(DEFAULT_CONFIG));
});

/** The settings of the perturbation that each method reads, with values that are not the defaults. */
const AROUND: Partial<ExperimentConfig> = { rho: 0.2, perturbationScope: 'norm', groupSize: 32, rhoSchedule: 'falling', perturbationStart: 3, perturbationEnd: 9 };
const READ: { readonly [Method in ExperimentConfig['method']]: Partial<ExperimentConfig> } = {
  sgd: {},
  sam: { ...AROUND, radiusIn: 'ownNorm', perturbationNorm: 'infinity' },
  lookSam: { ...AROUND, radiusIn: 'ownNorm', perturbationNorm: 1.5, lookEvery: 3, lookAlpha: 0.2 },
  fgsm: { ...AROUND, radiusIn: 'ownNorm', ascentSteps: 5, ascentMomentum: 1, ascentBall: 'euclidean', ascentStepLength: 1, ascentProjection: false, ascentBound: 0.001 },
  asam: { ...AROUND, asamEta: 0, asamScaling: 'filter', asamOn: 'all' },
  ssamF: { ...AROUND, sparsity: 0.8, maskAt: 'afterNorm', maskEpochs: 2, maskSamples: 8 },
  ssamD: { ...AROUND, sparsity: 0.8, maskAt: 'afterNorm', maskEpochs: 2, dropRate: 0.3 },
  msam: AROUND,
  gsam: { ...AROUND, radiusIn: 'ownNorm', perturbationNorm: 1.5, gsamAlpha: 1 },
  wsam: { ...AROUND, radiusIn: 'ownNorm', perturbationNorm: 1.5, wsamGamma: 0.7, wsamDecoupled: false },
  friendlySam: { ...AROUND, friendlySigma: 0.5, friendlyLambda: 0.7 },
  saner: { ...AROUND, radiusIn: 'ownNorm', perturbationNorm: 1.5, sanerAlpha: 0.8, sanerRampEpochs: 5 },
};
const ALL_METHOD_SETTINGS = Object.assign({}, ...Object.values(READ)) as Partial<ExperimentConfig>;

for (const [method, read] of Object.entries(READ)) {
  void test(`a run with ${method} is named by the settings that it reads, and by no other`, () => {
    const plain = { ...DEFAULT_CONFIG, method } as ExperimentConfig;
    for (const [key, value] of Object.entries(ALL_METHOD_SETTINGS)) {
      const same = configHash({ ...plain, [key]: value }) === configHash(plain);
      assert.equal(same, !(key in read), key);
    }
  });
}

void test('some settings are in the names of runs without having an effect, because stored runs are named so', () => {
  const cases: readonly (readonly [Partial<ExperimentConfig>, Partial<ExperimentConfig>])[] = [
    [{ method: 'sam' }, { radiusIn: 'ownNorm' }], [{ method: 'fgsm', ascentSteps: 1 }, { ascentMomentum: 1 }], [{ method: 'fgsm', ascentBall: 'euclidean' }, { radiusIn: 'ownNorm' }],
    [{ method: 'lookSam', lookEvery: 1 }, { lookAlpha: 0.3 }], [{ weightDecay: 0 }, { weightDecayOn: 'weights' }], [{ momentum: 0 }, { nesterov: false }], [{}, { subsetSeed: 3 }],
  ];
  for (const [run, change] of cases) {
    assert.notEqual(configHash({ ...DEFAULT_CONFIG, ...run, ...change }), configHash({ ...DEFAULT_CONFIG, ...run }), JSON.stringify(change));
  }
});

void test('settings of disabled features do not enter the name of a run', () => {
  const stable = { ...DEFAULT_CONFIG, schedule: 'warmupStableDecay' } as const;
  assert.equal(configHash({ ...DEFAULT_CONFIG, decayShare: 0.5, cutoutPer: 'batch' }), configHash(DEFAULT_CONFIG));
  assert.notEqual(configHash({ ...stable, decayShare: 0.5 }), configHash(stable));
  assert.notEqual(configHash({ ...DEFAULT_CONFIG, cutout: 8, cutoutPer: 'batch' }), configHash({ ...DEFAULT_CONFIG, cutout: 8 }));
  const triangular = { ...DEFAULT_CONFIG, schedule: 'triangular' } as const;
  const triangle = { triangleStart: 0.1, trianglePeak: 0.5, triangleEnd: 0 };
  assert.equal(configHash({ ...DEFAULT_CONFIG, ...triangle, lookaheadKeep: 0.5, lookaheadPower: 0 }), configHash(DEFAULT_CONFIG));
  assert.equal(configHash({ ...triangular, warmupEpochs: 1 }), configHash(triangular));
  Object.entries(triangle).forEach(([key, value]) => assert.notEqual(configHash({ ...triangular, [key]: value }), configHash(triangular), key));
  const looking = { ...DEFAULT_CONFIG, lookaheadEvery: 5 };
  assert.notEqual(configHash({ ...looking, lookaheadKeep: 0.5 }), configHash(looking));
  assert.notEqual(configHash({ ...looking, lookaheadPower: 0 }), configHash(looking));
  assert.equal(configHash({ ...DEFAULT_CONFIG, flip: false, flipMode: 'alternating' }), configHash({ ...DEFAULT_CONFIG, flip: false }));
  assert.equal(configHash({ ...DEFAULT_CONFIG, cropPadding: 0, cropBorder: 'reflect' }), configHash({ ...DEFAULT_CONFIG, cropPadding: 0 }));
  assert.equal(configHash({ ...DEFAULT_CONFIG, weightDecay: 0, weightDecayIn: 'loss' }), configHash({ ...DEFAULT_CONFIG, weightDecay: 0 }));
});

void test('the runs that are stored keep their names, and settings that came later have their defaults', async () => {
  const results = await readResults(join(PROJECT_ROOT, 'data', 'results'));
  assert.ok(results.length > 0);
  for (const { id, config } of results) {
    assert.equal(runId(config), id);
    assert.deepEqual(Object.keys(config).sort(), Object.keys(DEFAULT_CONFIG).sort());
  }
});

void test('every setting except those of methods and of disabled features changes the name', () => {
  const changed: Partial<ExperimentConfig> = {
    dataset: 'cifar100', imagesPerClass: 1, heldOutPerClass: 1, testImagesPerClass: 1, evaluateOn: 'heldOut', labelNoise: 0.1, subsetSeed: 1,
    model: 'resnet101', stem: 'imagenet', zeroInitResidual: false, normalization: 'half', cropPadding: 0, flip: false, cutout: 8, epochs: 3,
    batchSize: 4, method: 'sam', learningRate: 0.3, schedule: 'steps', warmupEpochs: 1, momentum: 0, nesterov: false, weightDecay: 0,
    weightDecayOn: 'weights', weightDecayIn: 'loss', labelSmoothing: 0.2, seed: 9, selection: 'bestOnTest', precision: 'mixed',
    cropBorder: 'reflect', autoAugment: 'cifar10', flipMode: 'alternating', lastBatch: 'drop', testAugmentation: 'mirror', decoupled: true, biasRate: 2, normScaleRate: 2,
    normShiftRate: 64, freeze: 'conv1', lookaheadEvery: 5, optimizer: 'adamw', clipNorm: 1,
  };
  const others = [...Object.keys(ALL_METHOD_SETTINGS), 'cutoutPer', 'decayShare', 'kernels', 'snapshotEvery', 'triangleStart', 'trianglePeak', 'triangleEnd', 'lookaheadKeep', 'lookaheadPower', 'beta1', 'beta2', 'adamEpsilon'];
  assert.deepEqual(Object.keys(DEFAULT_CONFIG).filter((key) => !(key in changed)).sort(), others.sort());
  for (const [key, value] of Object.entries(changed)) {
    assert.notEqual(configHash({ ...DEFAULT_CONFIG, [key]: value }), configHash(DEFAULT_CONFIG), key);
  }
});

void test('settings of a base optimizer change only the names of runs that use it', () => {
  for (const [optimizer, own, others] of [['adamw', { beta1: 0.8, beta2: 0.9, adamEpsilon: 1e-3 }, { momentum: 0, nesterov: false }], ['sgd', { momentum: 0 }, { beta1: 0.8, adamEpsilon: 1e-3 }]] as const) {
    const hash = (changes: Partial<ExperimentConfig>): string => configHash({ ...DEFAULT_CONFIG, optimizer, ...changes });
    Object.entries(own).forEach(([key, value]) => assert.notEqual(hash({ [key]: value }), hash({}), key));
    assert.equal(hash(others), hash({}));
  }
});

test('a damaged file and one of another version are named, and stay', async () => {
  const other = mkdtempSync(join(folder, 'other-'));
  const config = { ...DEFAULT_CONFIG, seed: 1 };
  writeFileSync(resultFile(other, config), '{"format": 1, "conf');
  await assert.rejects(readResults(other), /readResults: .*\.json is not a stored result \(it is not JSON: .*run that configuration again/);
  writeFileSync(resultFile(other, config), JSON.stringify({ ...resultOf(config), format: 99 }));
  await assert.rejects(findResult(other, config), /has format 99, this version reads 1/);
  assert.equal(readdirSync(other).length, 1);
});

void test('a folder that cannot be written to: the error says so, and stored results stay', async () => {
  const stored = mkdtempSync(join(folder, 'stored-'));
  const config = { ...DEFAULT_CONFIG, seed: 2 };
  await writeResult(stored, resultOf(config));
  // A file in place of the folder instead of one without write permission, which root would ignore.
  const blocked = join(stored, `${runId(config)}.json`);
  await assert.rejects(writeResult(join(blocked, 'below'), resultOf(config)), /ENOTDIR/);
  assert.deepEqual(await findResult(stored, config), resultOf(config));
});

void test('a disk that fills up while a result is written: the error says so, and the old result stays whole', async () => {
  const full = mkdtempSync(join(folder, 'full-'));
  const config = { ...DEFAULT_CONFIG, seed: 3 };
  await writeResult(full, resultOf(config));
  const longer = { ...resultOf(config), divergence: 'x'.repeat(20_000) };
  const script = `require(${JSON.stringify(join(__dirname, 'store.js'))}).writeResult(${JSON.stringify(full)}, ${JSON.stringify(longer)})`;
  // A file size limit of 8 blocks cuts the write short, as a nearly full disk does.
  const { status, stderr } = spawnSync('bash', ['-c', `ulimit -f 8; exec "$0" -e '${script}'`, process.execPath], { encoding: 'utf8' });
  assert.notEqual(status, 0);
  assert.match(stderr, /writeResult: could not store .*EFBIG.*Make room/);
  assert.deepEqual(await findResult(full, config), resultOf(config));
  assert.equal(readdirSync(full).length, 1);
});
