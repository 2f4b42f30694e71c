import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCount } from '../engine/tensor';
import type { PerturbationRule } from '../optim/perturbation';
import { train } from './loop';
import { disposeNetwork } from './network';
import type { TrainingProgress } from './progress';
import type { TrainingSettings } from './settings';
import { numbersOf, runInput } from './testing/run';

void test('the same input gives the same bits, and another seed does not', async () => {
  const first = numbersOf(await train(runInput()));
  assert.deepEqual(numbersOf(await train(runInput())), first);
  assert.notDeepEqual(numbersOf(await train(runInput({ seed: 4 }))), first);
});

void test('every setting of AdamW, and clipping, moves the weights otherwise', async () => {
  const settings = { batchSize: 10, epochs: 1, warmupEpochs: 0, method: 'sgd', optimizer: 'adamw', learningRate: 1e-3, beta2: 0.9, adamEpsilon: 1e-3, clipNorm: 0.5 } as const;
  const ways = [];
  for (const change of [{}, { optimizer: 'sgd' }, { beta1: 0.5 }, { beta2: 0.5 }, { adamEpsilon: 1e-2 }, { weightDecay: 1 }, { clipNorm: 0 }] as const) {
    ways.push(JSON.stringify(numbersOf(await train(runInput({ ...settings, ...change })))));
  }
  assert.equal(new Set(ways).size, ways.length);
});

void test('the history records the masks of each epoch', async () => {
  const { history, network } = await train(runInput({ method: 'ssamD', sparsity: 0.75, dropRate: 1, batchSize: 20, epochs: 3 }));
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
    const { gradientEvaluations, network } = await train(runInput({ batchSize: 20, epochs: 5, warmupEpochs: 0, ...changes }));
    disposeNetwork(network);
    return gradientEvaluations;
  };
  assert.equal(await evaluations({ perturbationStart: 4 }), 5 + 2);
  assert.equal(await evaluations({ perturbationStart: 2, perturbationEnd: 2 }), 5 + 1);
  // The last two fifths decay: epochs 4 and 5.
  assert.equal(await evaluations({ schedule: 'warmupStableDecay', decayShare: 0.4, perturbationStart: 'decay' }), 5 + 2);
});

void test("a rule of the user's own trains as the built-in one with the same formula, and leaves no tensor", async () => {
  const rule: PerturbationRule = {
    name: 'mine',
    // As a user would write it, without freeing anything; the product with 1 is exact.
    perturb: ({ gradient, rho }) => gradient.times(1).times(rho / gradient.norm()),
  };
  const before = tensorCount();
  const counts: number[] = [];
  const mine = await train({ ...runInput({ batchSize: 10 }), rule, onProgress: () => counts.push(tensorCount()) });
  const sam = await train(runInput({ batchSize: 10, method: 'sam' }));
  assert.equal(new Set(counts).size, 1);
  const losses = [mine, sam].map(({ history }) => history.at(-1)!.trainLoss);
  assert.equal(losses[0], losses[1]);
  [mine, sam].forEach(({ network }) => disposeNetwork(network));
  assert.equal(tensorCount(), before);
});

void test('SAM with rho 0 is SGD, bit for bit; with rho it is not', async () => {
  const sgd = numbersOf(await train(runInput({ method: 'sgd' })));
  assert.deepEqual(numbersOf(await train(runInput({ method: 'sam', rho: 0 }))), sgd);
  assert.notDeepEqual(numbersOf(await train(runInput({ method: 'sam', rho: 0.05 }))), sgd);
});

void test('progress counts steps and images, and the clock never runs backwards', async () => {
  const seen: TrainingProgress[] = [];
  const outcome = await train({ ...runInput(), onProgress: (progress) => seen.push(progress) });
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

void test('progress of a run that ends within an epoch counts up to its last step', async () => {
  const seen: TrainingProgress[] = [];
  const input = runInput();
  const outcome = await train({ ...input, settings: { ...input.settings, epochs: 1.6 }, onProgress: (progress) => seen.push(progress) });
  disposeNetwork(outcome.network);
  // Three steps an epoch: 4.8 are five.
  assert.deepEqual(seen.map(({ stepsTaken, totalSteps }) => [stepsTaken, totalSteps]), [1, 2, 3, 4, 5].map((step) => [step, 5]));
  assert.deepEqual(seen.map(({ step, stepsPerEpoch }) => `${step}/${stepsPerEpoch}`), ['1/3', '2/3', '3/3', '1/2', '2/2']);
});

void test('training leaves no tensor behind, and makes none from step to step', async () => {
  const before = tensorCount();
  const counts: number[] = [];
  const outcome = await train({ ...runInput(), onProgress: () => counts.push(tensorCount()) });
  disposeNetwork(outcome.network);
  assert.deepEqual(new Set(counts).size, 1, `tensors after each step: ${counts.join(', ')}`);
  assert.equal(tensorCount(), before);
});
