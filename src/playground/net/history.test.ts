import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCount } from '../../engine/tensor';
import { AT_ONCE, CURVATURE_EVERY, MeasuredComparison, RECORD_EVERY } from './history';
import type { NetSettings } from './settings';

const SETTINGS: NetSettings = {
  data: 'moons', points: 20, noise: 0.1, wrong: 0.2, hidden: [5], activation: 'tanh', methods: ['sgd', 'sam'], rho: 0.2, learningRate: 0.1, momentum: 0.9, weightDecay: 0, batch: 10, group: 10,
  innerSteps: 1, seed: 0, steps: 130,
};

test('there are measurements at the start, at their steps and at the end, and gradients are counted', async () => {
  const before = tensorCount();
  const run = new MeasuredComparison(SETTINGS);
  await run.advanceTo(500);
  assert.equal(run.comparison.taken, 130);
  run.histories.forEach(({ records, curvature }) => {
    assert.deepEqual(records.map(({ step }) => step), Array.from({ length: 130 / RECORD_EVERY + 1 }, (_, index) => RECORD_EVERY * index));
    assert.deepEqual(curvature.map(({ step }) => step), [0, CURVATURE_EVERY, 130]);
  });
  assert.deepEqual(run.comparison.contenders.map(({ gradientEvaluations }) => gradientEvaluations), [130, 260]);
  run.dispose();
  assert.equal(tensorCount(), before);
});

test('a training that is stopped between steps continues as if it had not been', async () => {
  const [whole, broken] = [new MeasuredComparison(SETTINGS), new MeasuredComparison(SETTINGS)];
  await whole.advanceTo(130);
  let steps = 0;
  await broken.advanceTo(130, { ...AT_ONCE, stopping: () => steps++ >= 37 });
  assert.equal(broken.comparison.taken, 37);
  await broken.advanceTo(101);
  await broken.advanceTo(130);
  // Apart from records at the stops, the measurements are the same.
  assert.deepEqual(broken.histories.map(({ records }) => records.filter(({ step }) => step % RECORD_EVERY === 0)), whole.histories.map(({ records }) => records));
  assert.deepEqual(broken.histories.map(({ curvature }) => curvature), whole.histories.map(({ curvature }) => curvature));
  [whole, broken].forEach((run) => run.dispose());
});

test('a network that diverges keeps its last finite weights, and the other one continues', async () => {
  const run = new MeasuredComparison({ ...SETTINGS, hidden: [64, 64, 64], activation: 'relu', methods: ['sgd', 'sam'], rho: 3, learningRate: 1, momentum: 0.9, points: 40, batch: 40, group: 40, noise: 0.1 });
  await run.advanceTo(130);
  const [sgd, sam] = run.comparison.contenders;
  assert.equal(sgd!.divergedAt, undefined);
  assert.ok(sam!.divergedAt !== undefined && sam!.divergedAt < 130 && Number.isFinite(sam!.parameters.norm()));
  assert.ok(run.histories[1]!.records.at(-1)!.step < sam!.divergedAt);
  assert.equal(run.comparison.taken, 130);
  run.dispose();
});

test('measures are those of a network that says 1 everywhere', async () => {
  const run = new MeasuredComparison({ ...SETTINGS, points: 20, wrong: 0.25 });
  for (const { parameters } of run.comparison.contenders) {
    const arrays = parameters.toArrays().map((array, index, all) => (index === all.length - 1 ? Float32Array.of(0, 30) : new Float32Array(array.length)));
    parameters.addScaledInPlace(parameters.withElements(arrays).plus(parameters, -1), 1);
  }
  await run.advanceTo(0);
  const { training } = run.comparison;
  const zeros = training.labels.filter((label) => label === 0).length;
  const rightZeros = training.labels.filter((label, index) => label === 0 && !training.wrong[index]!).length;
  const record = run.histories[0]!.records[0]!;
  assert.deepEqual([record.trainingError, record.testError, record.rightError, record.wrongError], [zeros / 20, 0.5, rightZeros / 15, (zeros - rightZeros) / 5]);
  assert.ok(Math.abs(record.trainingLoss - (30 * zeros) / 20) < 1e-5);
});
