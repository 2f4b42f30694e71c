import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { tensor, tensorCount } from '../engine/tensor';
import { createModel } from '../models/create';
import { initialParameters, initialStatistics } from '../models/initialise';
import { readSafetensors, writeSafetensors } from '../models/safetensors';
import type { PerturbationRule } from '../optim/perturbation';
import { nonFiniteNetwork } from './divergence';
import { train } from './loop';
import { METHODS } from './methodSettings';
import { disposeNetwork } from './network';
import type { TrainingProgress } from './progress';
import type { TrainingSettings } from './settings';
import { TEST_SETTINGS, testImages } from './testing/settings';
import type { TrainingInput } from './trainingInput';
import type { TrainingOutcome } from './trainingRun';
import { signalWhen } from '../testing/signalWhen';

const folder = mkdtempSync(join(tmpdir(), 'samlab-loop-'));
after(() => rmSync(folder, { recursive: true }));

const images = testImages();

function input(changes: Partial<TrainingSettings> = {}): TrainingInput {
  const settings = { ...TEST_SETTINGS, ...changes };
  return { model: createModel(settings.model, settings.stem, 10), settings, trainingSet: images.train, heldOut: images.test };
}

/** All numbers that training produces: weights, statistics, and the history without its clock. */
function numbersOf({ network, history }: TrainingOutcome): unknown {
  const numbers = {
    parameters: network.parameters.toArrays(),
    statistics: network.statistics.map(({ mean, variance }) => [mean.values(), variance.values()]),
    history: history.map((record) => ({ ...record, seconds: 0 })),
  };
  disposeNetwork(network);
  return numbers;
}

void test('the same input gives the same bits, and another seed does not', async () => {
  const first = numbersOf(await train(input()));
  assert.deepEqual(numbersOf(await train(input())), first);
  assert.notDeepEqual(numbersOf(await train(input({ seed: 4 }))), first);
});

void test('a run that is stopped in the middle of an epoch and resumed equals an unbroken one, bit for bit', async () => {
  const unbroken = numbersOf(await train(input()));
  const checkpoint = { file: join(folder, 'resumed.safetensors'), everySeconds: 1e9, fingerprint: 'a' };
  for (const stopAfter of [2, 1, 2]) {
    let steps = 0;
    const stopped = await train({ ...input(), checkpoint, onProgress: () => steps++, signal: signalWhen(() => steps === stopAfter) });
    assert.equal(stopped.status, 'stopped');
    disposeNetwork(stopped.network);
  }
  const resumed = await train({ ...input(), checkpoint });
  assert.equal(resumed.status, 'finished');
  assert.equal(resumed.gradientEvaluations, 12);
  assert.deepEqual(numbersOf(resumed), unbroken);
});

/** Methods that keep something from step to step, in a part of the run and of the network. */
const KEEPING: readonly Partial<TrainingSettings>[] = [
  { method: 'ssamF', maskSamples: 2, perturbationScope: 'weights' },
  { method: 'ssamD', dropRate: 1, epochs: 3 },
  { method: 'lookSam', lookEvery: 4 },
  { method: 'msam', rho: 1 },
];
for (const changes of KEEPING) {
  void test(`a run with ${changes.method} that is stopped and resumed equals an unbroken one, bit for bit`, async () => {
    const settings = { batchSize: 10, ...changes };
    const unbroken = numbersOf(await train(input(settings)));
    const checkpoint = { file: join(folder, `${changes.method}.safetensors`), everySeconds: 1e9, fingerprint: 'a' };
    const before = tensorCount();
    for (const stopAfter of [1, 2]) {
      let steps = 0;
      const stopped = await train({ ...input(settings), checkpoint, onProgress: () => steps++, signal: signalWhen(() => steps === stopAfter) });
      assert.equal(stopped.status, 'stopped');
      disposeNetwork(stopped.network);
    }
    assert.deepEqual(numbersOf(await train({ ...input(settings), checkpoint })), unbroken);
    assert.equal(tensorCount(), before);
    assert.notDeepEqual(unbroken, numbersOf(await train(input({ ...settings, method: 'sam', rho: 0.05 }))), 'the method does nothing');
  });
}

/** Rounds of stops after the first and the second step, then to the end. */
async function stoppedTwice(settings: Partial<TrainingSettings>, file: string, between: () => void = () => undefined): Promise<unknown> {
  const checkpoint = { file, everySeconds: 1e9, fingerprint: 'a' };
  for (const stopAfter of [1, 2]) {
    let steps = 0;
    const stopped = await train({ ...input(settings), checkpoint, onProgress: () => steps++, signal: signalWhen(() => steps === stopAfter) });
    assert.equal(stopped.status, 'stopped');
    disposeNetwork(stopped.network);
    between();
  }
  return numbersOf(await train({ ...input(settings), checkpoint }));
}

for (const method of ['sgd', 'sam', 'msam'] as const) {
  void test(`a run of ${method} on AdamW with clipping that is stopped and resumed equals an unbroken one, bit for bit, and leaves no tensor`, async () => {
    const settings = { batchSize: 5, method, optimizer: 'adamw', learningRate: 1e-3, beta2: 0.9, clipNorm: 0.5 } as const;
    const unbroken = numbersOf(await train(input(settings)));
    const before = tensorCount();
    assert.deepEqual(await stoppedTwice(settings, join(folder, `adamw-${method}.safetensors`)), unbroken);
    assert.equal(tensorCount(), before);
  });
}

void test('every setting of AdamW, and clipping, moves the weights otherwise', async () => {
  const settings = { batchSize: 10, epochs: 1, warmupEpochs: 0, method: 'sgd', optimizer: 'adamw', learningRate: 1e-3, beta2: 0.9, adamEpsilon: 1e-3, clipNorm: 0.5 } as const;
  const ways = [];
  for (const change of [{}, { optimizer: 'sgd' }, { beta1: 0.5 }, { beta2: 0.5 }, { adamEpsilon: 1e-2 }, { weightDecay: 1 }, { clipNorm: 0 }] as const) {
    ways.push(JSON.stringify(numbersOf(await train(input({ ...settings, ...change })))));
  }
  assert.equal(new Set(ways).size, ways.length);
});

void test('a checkpoint without a word of its optimizer, as earlier versions wrote it, is SGD\'s and goes on', async () => {
  const settings = { batchSize: 10 };
  const file = join(folder, 'earlier.safetensors');
  const forget = (): void => {
    const { tensors, metadata } = readSafetensors(file);
    assert.ok([...tensors.keys()].some((name) => name.startsWith('velocity.')) && 'optimizer' in metadata);
    writeSafetensors(file, tensors, Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== 'optimizer')));
  };
  assert.deepEqual(await stoppedTwice(settings, file, forget), numbersOf(await train(input(settings))));
});

void test('masks are told of in the history, epoch by epoch', async () => {
  const { history, network } = await train(input({ method: 'ssamD', sparsity: 0.75, dropRate: 1, batchSize: 20, epochs: 3 }));
  const [first, second, third] = history.map(({ perturbation }) => perturbation!) as [Record<string, number>, Record<string, number>, Record<string, number>];
  for (const { sparsity } of [first, second, third]) {
    assert.ok(Math.abs(sparsity! - 0.75) < 1e-5, `sparsity ${sparsity}`);
  }
  // Of the live quarter the share (1 + cos(pi t / 3)) / 2 dies after t epochs: 3/4, then 1/4.
  assert.equal(first['maskOverlap'], 1);
  assert.ok(Math.abs(second['maskOverlap']! - 0.25) < 1e-4 && Math.abs(third['maskOverlap']! - 0.75) < 1e-4, `overlaps ${second['maskOverlap']} and ${third['maskOverlap']}`);
  disposeNetwork(network);
});

void test('perturbations start and end with the epochs that are named, or with the decay', async () => {
  const evaluations = async (changes: Partial<TrainingSettings>): Promise<number> => {
    const { gradientEvaluations, network } = await train(input({ batchSize: 20, epochs: 5, warmupEpochs: 0, ...changes }));
    disposeNetwork(network);
    return gradientEvaluations;
  };
  assert.equal(await evaluations({ perturbationStart: 4 }), 5 + 2);
  assert.equal(await evaluations({ perturbationStart: 2, perturbationEnd: 2 }), 5 + 1);
  // The last two fifths decay: epochs 4 and 5.
  assert.equal(await evaluations({ schedule: 'warmupStableDecay', decayShare: 0.4, perturbationStart: 'decay' }), 5 + 2);
});

void test('groups that do not divide the last batch of an epoch are refused before any step', async () => {
  const { network } = await train(input({ batchSize: 10, groupSize: 5, epochs: 1, warmupEpochs: 0 }));
  disposeNetwork(network);
  await assert.rejects(train(input({ batchSize: 8, groupSize: 8 })), /divide a batch of 4, got m = 8/);
});

void test("a rule of the user's own trains as the built-in one with the same formula, and leaves no tensor", async () => {
  const rule: PerturbationRule = {
    name: 'mine',
    // What a user would write, without freeing anything; the product with 1 is exact.
    perturb: ({ gradient, rho }) => gradient.times(1).times(rho / gradient.norm()),
  };
  const before = tensorCount();
  const counts: number[] = [];
  const mine = await train({ ...input({ batchSize: 10 }), rule, onProgress: () => counts.push(tensorCount()) });
  const sam = await train(input({ batchSize: 10, method: 'sam' }));
  assert.equal(new Set(counts).size, 1);
  const losses = [mine, sam].map(({ history }) => history.at(-1)!.trainLoss);
  assert.equal(losses[0], losses[1]);
  [mine, sam].forEach(({ network }) => disposeNetwork(network));
  assert.equal(tensorCount(), before);
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
    await assert.rejects(train({ ...input({ batchSize: 10, ...settings }), ...changes }), message);
    assert.equal(tensorCount(), before, String(message));
  }
});

void test('a checkpoint of other settings is refused, and stays', async () => {
  const checkpoint = { file: join(folder, 'other.safetensors'), everySeconds: 0, fingerprint: 'a' };
  disposeNetwork((await train({ ...input({ epochs: 1, warmupEpochs: 0 }), checkpoint })).network);
  await assert.rejects(train({ ...input(), checkpoint: { ...checkpoint, fingerprint: 'b' } }), /loadCheckpoint: .*other settings.*delete it/);
  disposeNetwork((await train({ ...input({ epochs: 1, warmupEpochs: 0 }), checkpoint })).network);
});

void test('a damaged checkpoint is moved aside, and the run begins anew', async () => {
  const unbroken = numbersOf(await train(input()));
  for (const [what, bytes] of Object.entries({ zeros: Buffer.alloc(1000), empty: Buffer.alloc(0), text: Buffer.from('no checkpoint') })) {
    const checkpoint = { file: join(folder, `damaged-${what}.safetensors`), everySeconds: 1e9, fingerprint: 'a' };
    writeFileSync(checkpoint.file, bytes);
    assert.deepEqual(numbersOf(await train({ ...input(), checkpoint })), unbroken, what);
    assert.deepEqual(readFileSync(`${checkpoint.file}.damaged`), bytes);
    // What stands in its place is the run's own, from after its last step.
    assert.deepEqual(numbersOf(await train({ ...input(), checkpoint })), unbroken, what);
  }
  mkdirSync(join(folder, 'folder.safetensors'));
  const checkpoint = { file: join(folder, 'folder.safetensors'), everySeconds: 1e9, fingerprint: 'a' };
  await assert.rejects(train({ ...input(), checkpoint }), /^Error: loadCheckpoint: the checkpoint .*folder\.safetensors cannot be opened .* delete it to start/);
});

void test('a checkpoint whose numbers are of another shape is named, and stays', async () => {
  const checkpoint = { file: join(folder, 'shape.safetensors'), everySeconds: 0, fingerprint: 'a' };
  disposeNetwork((await train({ ...input(), checkpoint })).network);
  const { tensors, metadata } = readSafetensors(checkpoint.file);
  for (const [name, text] of [['position', '{"history":7}'], ['position', '[]'], ['optimizer', '{"numbers":{}}'], ['method', '{"step":0}']] as const) {
    writeSafetensors(checkpoint.file, tensors, { ...metadata, [name]: text });
    await assert.rejects(train({ ...input(), checkpoint }), new RegExp(`^Error: loadCheckpoint: the checkpoint .*shape\\.safetensors has no readable ${name}; delete it to start`));
  }
});

void test('settings that are no numbers and images that do not fit are refused before any step, by name', async () => {
  const before = tensorCount();
  const onProgress = (): void => assert.fail('it should not begin');
  for (const rho of ['', [], true, false, '0.05']) {
    await assert.rejects(train({ ...input({ rho: rho as unknown as number }), onProgress }), { name: 'RangeError', message: /expected a radius rho of 0 or more, got / });
  }
  for (const key of ['learningRate', 'momentum', 'weightDecay', 'labelSmoothing', 'warmupEpochs'] as const) {
    await assert.rejects(train({ ...input({ [key]: '' }), onProgress }), { name: 'RangeError', message: new RegExp(`train: these settings cannot be run:\\n {2}${key}: `) });
  }
  const small = { ...images.train, images: images.train.images.subarray(0, 20 * 28 * 28) };
  const odd = { ...images.train, labels: images.train.labels.map(() => 10) };
  await assert.rejects(train({ ...input(), trainingSet: small, onProgress }), /^RangeError: train: expected 20 images of shape \[32, 32, 3\]/);
  await assert.rejects(train({ ...input(), heldOut: small, onProgress }), /^RangeError: train: expected 20 images of shape/);
  await assert.rejects(train({ ...input(), trainingSet: odd, onProgress }), /^RangeError: train: expected labels from 0 to 9/);
  assert.equal(tensorCount(), before);
});

void test('SAM with rho 0 is SGD, bit for bit; with rho it is not', async () => {
  const sgd = numbersOf(await train(input({ method: 'sgd' })));
  assert.deepEqual(numbersOf(await train(input({ method: 'sam', rho: 0 }))), sgd);
  assert.notDeepEqual(numbersOf(await train(input({ method: 'sam', rho: 0.05 }))), sgd);
});

void test('a loss that is no number ends the run as diverged', async () => {
  const outcome = await train(input({ learningRate: 1e30, warmupEpochs: 0, epochs: 5 }));
  assert.equal(outcome.status, 'diverged');
  assert.match(outcome.divergence ?? '', /the loss was (NaN|-?Infinity) at step \d+ of epoch \d+/);
  disposeNetwork(outcome.network);
});

void test('a run whose last step breaks the network has diverged, though every loss was a number', async () => {
  const before = tensorCount();
  const oneStep = (learningRate: number, changes: Partial<TrainingInput> = {}): Promise<TrainingOutcome> =>
    train({ ...input({ method: 'sgd', learningRate, warmupEpochs: 0, epochs: 1, batchSize: 20 }), ...changes });
  // Weights of 1e29 are finite, and the products of two layers of them are not.
  const large = await oneStep(1e30);
  assert.equal(large.status, 'diverged');
  assert.match(large.divergence ?? '', /^the held-out loss was (NaN|Infinity) after epoch 1$/);
  assert.equal(large.history[0]!.heldOut, undefined, 'a file would hold an empty loss');
  assert.ok(Number.isFinite(large.history[0]!.trainLoss), 'what was recorded is kept');
  // Beyond the range of single precision.
  const { heldOut, ...unjudged } = input();
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

/** Every method, as the trial that diverges asks for it. */
for (const method of METHODS) {
  void test(`a run with ${method} that diverges ends as diverged, with what was recorded`, async () => {
    const before = tensorCount();
    const outcome = await train(input({ method, rho: 0.05, maskSamples: 4, dropRate: 1, lookEvery: 2, epochs: 4, batchSize: 20, warmupEpochs: 0, schedule: 'constant', learningRate: 1e4 }));
    assert.equal(outcome.status, 'diverged', method);
    assert.ok(outcome.gradientEvaluations > 0);
    disposeNetwork(outcome.network);
    assert.equal(tensorCount(), before);
  });
}

void test('progress counts steps and images, and the clock never runs backwards', async () => {
  const seen: TrainingProgress[] = [];
  const outcome = await train({ ...input(), onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(
    seen.map(({ epoch, step }) => [epoch, step]),
    [[1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3]],
  );
  assert.ok(seen.every(({ secondsLeft, imagesPerSecond }) => secondsLeft >= 0 && imagesPerSecond > 0));
  assert.equal(seen.at(-1)?.secondsLeft, 0);
  assert.deepEqual(Object.keys(seen[0]!.trainingSet), ['name', 'synthetic'], 'a report carries images, which other processes would be sent');
  assert.equal(outcome.history.length, 2);
  assert.ok(outcome.history.every(({ heldOut }) => heldOut !== undefined));
  disposeNetwork(outcome.network);
});

void test('training leaves no tensor behind, and makes none from step to step', async () => {
  const before = tensorCount();
  const counts: number[] = [];
  const outcome = await train({ ...input(), onProgress: () => counts.push(tensorCount()) });
  disposeNetwork(outcome.network);
  assert.deepEqual(new Set(counts).size, 1, `tensors after each step: ${counts.join(', ')}`);
  assert.equal(tensorCount(), before);
});

void test('a run has one thread for its batches, which is gone when the run is finished, stopped, diverged or in error', async () => {
  let started = 0;
  let gone = 0;
  const count = (thread: Worker): void => {
    started++;
    thread.once('exit', () => gone++);
  };
  process.on('worker', count);
  const runs: readonly (readonly [how: string, TrainingInput])[] = [
    ['finished', input({ batchSize: 20 })],
    ['stopped', { ...input(), signal: AbortSignal.abort() }],
    ['diverged', input({ learningRate: 1e30, warmupEpochs: 0, epochs: 5 })],
    ['in error', { ...input(), onProgress: () => assert.fail('no room to draw') }],
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
  await assert.rejects(train(input({ batchSize: 21 })), /batches of at most 20 images.*got batchSize 21/);
});
