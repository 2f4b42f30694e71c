import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDecaying, learningRateAt, type ScheduleSettings } from './schedule';

function rates(settings: Omit<ScheduleSettings, 'learningRate'>, stepsPerEpoch: number, steps: readonly number[]): number[] {
  return steps.map((step) => Number(learningRateAt({ learningRate: 0.8, ...settings }, step, stepsPerEpoch).toFixed(12)));
}

void test('warm-up rises in equal steps and reaches the peak on its last one', () => {
  assert.deepEqual(rates({ schedule: 'constant', warmupEpochs: 2, epochs: 10 }, 2, [0, 1, 2, 3, 4, 19]), [0.2, 0.4, 0.6, 0.8, 0.8, 0.8]);
});

void test('a warm-up of a fraction of an epoch never overshoots', () => {
  assert.deepEqual(rates({ schedule: 'constant', warmupEpochs: 0.5, epochs: 2 }, 3, [0, 1, 2]), [0.533333333333, 0.8, 0.8]);
});

void test('cosine: peak, 3/4 of it after a third, half of it in the middle', () => {
  assert.deepEqual(rates({ schedule: 'cosine', warmupEpochs: 0, epochs: 12 }, 1, [0, 4, 6, 8]), [0.8, 0.6, 0.4, 0.2]);
});

void test('cosine starts after the warm-up', () => {
  assert.deepEqual(rates({ schedule: 'cosine', warmupEpochs: 2, epochs: 14 }, 1, [2, 6, 8, 10]), [0.8, 0.6, 0.4, 0.2]);
});

void test('steps: a tenth from the half, a hundredth from three quarters', () => {
  assert.deepEqual(rates({ schedule: 'steps', warmupEpochs: 0, epochs: 8 }, 1, [3, 4, 5, 6, 7]), [0.8, 0.08, 0.08, 0.008, 0.008]);
});

void test('warm-up, stable, decay: linear to zero over the last three tenths', () => {
  assert.deepEqual(rates({ schedule: 'warmupStableDecay', warmupEpochs: 0, epochs: 10 }, 1, [0, 7, 8, 9]), [0.8, 0.8, 0.533333333333, 0.266666666667]);
});

void test('the decay of warm-up, stable, decay starts with the last share of the time after warm-up, whatever that share is', () => {
  const settings = { learningRate: 1, schedule: 'warmupStableDecay', warmupEpochs: 2, epochs: 12, decayShare: 0.5 } as const;
  const first = (changes: Partial<ScheduleSettings>): number => Array.from({ length: 24 }, (_, step) => step).findIndex((step) => isDecaying({ ...settings, ...changes }, step, 2));
  // Two steps an epoch: warm-up takes 4 of 24 steps, and half of the other 20 decay.
  assert.equal(first({}), 14);
  const found = [13, 14, 15, 23].map((step) => Number(learningRateAt(settings, step, 2).toFixed(12)));
  assert.deepEqual(found, [1, 1, 0.9, 0.1]);
  assert.equal(first({ decayShare: 1 }), 4);
});
