import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { trainingBatches, type Batch } from '../data/batches';
import { scope, tensor, tensorCount } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import { createModel } from '../models/create';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { expectAllClose } from '../testing/expectAllClose';
import { BatchObjective, type BatchLoss } from './batchObjective';
import { TEST_SETTINGS, testImages } from './testing/settings';

const model = createModel('resnet20', 'cifar', 10);
const parameters = initialParameters(model, { seed: 1, zeroInitResidual: false });
const statistics = initialStatistics(model);
after(() => {
  parameters.dispose();
  disposeStatistics(statistics);
});
const { normalization, seed, cropPadding, flip, cutout } = TEST_SETTINGS;
const batch = [...trainingBatches(testImages().train, { batchSize: 8, epoch: 1, seed, normalization, augmentation: { cropPadding, flip, cutout } })][0] as Batch;
const LOSS: BatchLoss = { model, statistics, labelSmoothing: 0.1, penalty: { weightDecay: 0 } };

/** The elements of a gradient, which is freed. */
function gradientOf(made: { readonly gradient: TensorVector }): number[] {
  const elements = made.gradient.toArrays().flatMap((array) => [...array]);
  made.gradient.dispose();
  return elements;
}

/** The first layer's running mean after the given phases. */
function runningMean(objective: BatchObjective): number[] {
  const moved = objective.movedStatistics();
  const values = [...moved[0]!.mean.values()];
  disposeStatistics(moved);
  return values;
}

test('running statistics move only in the first phase, and once for all groups: to the mean of the updates of each', () => {
  const before = tensorCount();
  const elsewhere = parameters.times(2);
  const whole = new BatchObjective(batch, LOSS);
  gradientOf(whole.evaluate(parameters, 'first'));
  const wrong = whole.errors;
  gradientOf(whole.evaluate(elsewhere, 'perturbed'));
  assert.equal(whole.errors, wrong, 'errors count in the first phase alone');
  const [left, right] = [0, 4].map((start) => {
    const half = new BatchObjective({ images: batch.images.slice(start * 3072, (start + 4) * 3072), labels: batch.labels.slice(start, start + 4), size: 4 }, LOSS);
    gradientOf(half.evaluate(parameters, 'first'));
    return runningMean(half);
  });
  const grouped = new BatchObjective(batch, LOSS);
  for (const part of [{ start: 0, end: 4 }, { start: 4, end: 8 }]) {
    gradientOf(grouped.evaluate(parameters, 'first', part));
    gradientOf(grouped.evaluate(elsewhere, 'perturbed', part));
  }
  elsewhere.dispose();
  const moved = runningMean(grouped);
  expectAllClose(moved, left!.map((value, channel) => (value + right![channel]!) / 2), { relative: 1e-6, absolute: 1e-8 });
  // The first layer gets the images themselves, so its mean over the batch is the mean of its halves' means.
  expectAllClose(moved, runningMean(whole), { relative: 1e-4, absolute: 1e-6 });
  assert.equal(tensorCount(), before);
});

test('a group is the loss of its own images', () => {
  const part = new BatchObjective(batch, LOSS).evaluate(parameters, 'first', { start: 2, end: 6 });
  const alone = new BatchObjective({ images: batch.images.slice(2 * 3072, 6 * 3072), labels: batch.labels.slice(2, 6), size: 4 }, LOSS).evaluate(parameters, 'first');
  assert.equal(part.loss, alone.loss);
  assert.deepEqual(gradientOf(part), gradientOf(alone));
});

test('a penalty in the loss adds lambda w to the gradient at each point; the reported loss is without it', () => {
  const plain = new BatchObjective(batch, LOSS).evaluate(parameters, 'perturbed');
  const decayed = new BatchObjective(batch, { ...LOSS, penalty: { weightDecay: 0.5, decayKinds: ['weight'] } }).evaluate(parameters, 'perturbed');
  assert.equal(decayed.loss, plain.loss);
  const weights = parameters.toArrays().flatMap((array, index) => [...array].map((element) => (model.parameters[index]!.kind === 'weight' ? element : 0)));
  const [with_, without] = [gradientOf(decayed), gradientOf(plain)];
  expectAllClose(with_.map((element, index) => element - without[index]!), weights.map((element) => 0.5 * element), { absolute: 1e-5 });
});

/** Loss of one image with running statistics at w + h d, in double precision after the logits. */
function imageLoss(index: number, direction: TensorVector, h: number): number {
  const point = parameters.plus(direction, h);
  const logits = scope(() => {
    const images = tensor(batch.images.slice(index * 3072, (index + 1) * 3072), [1, 32, 32, 3]);
    return [...model.apply(images, { parameters: point.tensors, statistics, training: false, updated: [] }).values()];
  });
  point.dispose();
  const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return logits.reduce((loss, logit, label) => loss + ((label === batch.labels[index] ? 0.9 : 0) + 0.1 / 10) * (logSum - logit), 0);
}

test('the gradient of one image is the slope of its loss with running statistics, which other images do not touch', () => {
  const objective = new BatchObjective(batch, LOSS);
  const other = initialParameters(model, { seed: 2, zeroInitResidual: false });
  // Along the last layer the loss has no kinks, and its input depends on the statistics.
  const direction = other.restrict(({ name }) => name.startsWith('linear'));
  const slopes = [0, 1].map((index) => {
    const gradient = objective.sampleGradient(parameters, index);
    const slope = gradient.dot(direction);
    gradient.dispose();
    return slope;
  });
  const h = 1e-2;
  const differences = [0, 1].map((index) => (imageLoss(index, direction, h) - imageLoss(index, direction, -h)) / (2 * h));
  // Logits of order 10 in single precision, divided by 2h: 1e-6 / 2e-2 = 5e-5.
  expectAllClose(slopes, differences, { relative: 1e-3, absolute: 2e-4 });
  [other, direction].forEach((vector) => vector.dispose());
});
