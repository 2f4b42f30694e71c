import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { tensor, tensorCount } from '../engine/tensor';
import { createModel } from '../models/create';
import { initialParameters, initialStatistics } from '../models/initialise';
import type { PerturbationRule } from '../optim/perturbation';
import { nonFiniteNetwork } from './divergence';
import { train } from './loop';
import { METHODS } from './methodSettings';
import { disposeNetwork } from './network';
import type { TrainingSettings } from './settings';
import { TEST_SETTINGS } from './testing/settings';
import type { TrainingInput } from './trainingInput';
import type { TrainingOutcome } from './trainingRun';
import { images, runInput } from './testing/run';

void test('groups that do not divide the last batch of an epoch are refused before any step', async () => {
  const { network } = await train(runInput({ batchSize: 10, groupSize: 5, epochs: 1, warmupEpochs: 0 }));
  disposeNetwork(network);
  await assert.rejects(train(runInput({ batchSize: 8, groupSize: 8 })), /divide a batch of 4, got m = 8/);
});

void test('a rule that returns no numbers, a radius out of range and a listener that throws end the run with what they said, and leave no tensor', async () => {
  const before = tensorCount();
  const broken: PerturbationRule = { name: 'broken later', perturb: ({ gradient, rho, step }) => gradient.times(step < 2 ? rho : NaN) };
  const failing: readonly (readonly [Partial<TrainingInput>, Partial<TrainingSettings>, RegExp])[] = [
    [{ rule: broken }, {}, /the rule broken later returned a perturbation of norm NaN .*guard divisions/],
    [{}, { method: 'ssamD', rho: -1 }, /expected a radius rho of 0 or more, got -1; /],
    [{ onProgress: () => assert.fail('it should not begin') }, { rho: NaN, perturbationStart: 2 }, /expected a radius rho of 0 or more, got NaN; /],
    [{}, { method: 'ssamF', sparsity: 1.5 }, /expected a sparsity from 0 .*, got 1\.5; /],
    [{ onProgress: () => { throw new Error('no room to draw'); } }, {}, /^Error: no room to draw$/],
  ];
  for (const [changes, settings, message] of failing) {
    await assert.rejects(train({ ...runInput({ batchSize: 10, ...settings }), ...changes }), message);
    assert.equal(tensorCount(), before, String(message));
  }
});

void test('settings that are no numbers and images that do not fit are refused before any step, by name', async () => {
  const before = tensorCount();
  const onProgress = (): void => assert.fail('it should not begin');
  for (const rho of ['', [], true, false, '0.05']) {
    await assert.rejects(train({ ...runInput({ rho: rho as unknown as number }), onProgress }), { name: 'RangeError', message: /expected a radius rho of 0 or more, got / });
  }
  for (const key of ['learningRate', 'momentum', 'weightDecay', 'labelSmoothing', 'warmupEpochs'] as const) {
    await assert.rejects(train({ ...runInput({ [key]: '' }), onProgress }), { name: 'RangeError', message: new RegExp(`train: these settings cannot be run:\\n {2}${key}: `) });
  }
  const small = { ...images.train, images: images.train.images.subarray(0, 20 * 28 * 28) };
  const odd = { ...images.train, labels: images.train.labels.map(() => 10) };
  await assert.rejects(train({ ...runInput(), trainingSet: small, onProgress }), /^RangeError: train: expected 20 images of shape \[32, 32, 3\]/);
  await assert.rejects(train({ ...runInput(), heldOut: small, onProgress }), /^RangeError: train: expected 20 images of shape/);
  await assert.rejects(train({ ...runInput(), trainingSet: odd, onProgress }), /^RangeError: train: expected labels from 0 to 9/);
  assert.equal(tensorCount(), before);
});

void test('a loss that is no number ends the run as diverged', async () => {
  const outcome = await train(runInput({ learningRate: 1e30, warmupEpochs: 0, epochs: 5 }));
  assert.equal(outcome.status, 'diverged');
  assert.match(outcome.divergence ?? '', /the loss was (NaN|-?Infinity) at step \d+ of epoch \d+/);
  disposeNetwork(outcome.network);
});

void test('a run whose last step breaks the network has diverged, though every loss was a number', async () => {
  const before = tensorCount();
  const oneStep = (learningRate: number, changes: Partial<TrainingInput> = {}): Promise<TrainingOutcome> =>
    train({ ...runInput({ method: 'sgd', learningRate, warmupEpochs: 0, epochs: 1, batchSize: 20 }), ...changes });
  // Weights of 1e29 are finite, and the products of two layers of them are not.
  const large = await oneStep(1e30);
  assert.equal(large.status, 'diverged');
  assert.match(large.divergence ?? '', /^the held-out loss was (NaN|Infinity) after epoch 1$/);
  assert.equal(large.history[0]!.heldOut, undefined, 'a file would hold an empty loss');
  assert.ok(Number.isFinite(large.history[0]!.trainLoss), 'what was recorded is kept');
  // Beyond the range of single precision.
  const { heldOut, ...unjudged } = runInput();
  assert.ok(heldOut);
  const infinite = await train({ ...unjudged, settings: { ...unjudged.settings, method: 'sgd', learningRate: 1e39, warmupEpochs: 0, epochs: 1, batchSize: 20 } });
  assert.equal(infinite.status, 'diverged');
  assert.match(infinite.divergence ?? '', /^the weights conv1\.weight were not finite after epoch 1$/);
  [large, infinite].forEach(({ network }) => disposeNetwork(network));
  assert.equal(tensorCount(), before);
});

void test('running statistics that are not finite are found, which no loss in training reads', () => {
  const model = createModel('resnet20', 'cifar', 10);
  const parameters = initialParameters(model, TEST_SETTINGS);
  const statistics = initialStatistics(model);
  assert.equal(nonFiniteNetwork(model, { parameters, statistics }), undefined);
  const { mean, variance } = statistics[3]!;
  variance.dispose();
  const broken = statistics.map((moments, layer) => (layer === 3 ? { mean, variance: tensor(new Float32Array(mean.size).fill(Infinity), [mean.size]) } : moments));
  assert.equal(nonFiniteNetwork(model, { parameters, statistics: broken }), `the running statistics of ${model.statistics[3]!.name} were not finite`);
  disposeNetwork({ parameters, statistics: broken });
});

/** Every method, with settings that make it diverge. */
for (const method of METHODS) {
  void test(`a run with ${method} that diverges ends as diverged, with the history so far`, async () => {
    const before = tensorCount();
    const outcome = await train(runInput({ method, rho: 0.05, maskSamples: 4, dropRate: 1, lookEvery: 2, epochs: 4, batchSize: 20, warmupEpochs: 0, schedule: 'constant', learningRate: 1e4 }));
    assert.equal(outcome.status, 'diverged', method);
    assert.ok(outcome.gradientEvaluations > 0);
    disposeNetwork(outcome.network);
    assert.equal(tensorCount(), before);
  });
}

void test('a run has one thread for its batches, which is gone when the run is finished, stopped, diverged or in error', async () => {
  let started = 0;
  let gone = 0;
  const count = (thread: Worker): void => {
    started++;
    thread.once('exit', () => gone++);
  };
  process.on('worker', count);
  const runs: readonly (readonly [how: string, TrainingInput])[] = [
    ['finished', runInput({ batchSize: 20 })],
    ['stopped', { ...runInput(), signal: AbortSignal.abort() }],
    ['diverged', runInput({ learningRate: 1e30, warmupEpochs: 0, epochs: 5 })],
    ['in error', { ...runInput(), onProgress: () => assert.fail('no room to draw') }],
  ];
  for (const [index, [how, running]] of runs.entries()) {
    const ended = await train(running).catch((error: unknown) => error as Error);
    assert.equal(ended instanceof Error ? 'in error' : ended.status, how);
    if (!(ended instanceof Error)) {
      disposeNetwork(ended.network);
    }
    assert.deepEqual([started, gone], [index + 1, index + 1], how);
  }
  process.off('worker', count);
});

void test('a batch larger than the training set is refused', async () => {
  await assert.rejects(train(runInput({ batchSize: 21 })), /batches of at most 20 images.*got batchSize 21/);
});
