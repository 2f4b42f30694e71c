import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { TensorVector } from '../engine/tensorVector';
import type { ParameterKind, Vector } from '../engine/vector';
import { sizeOf } from '../engine/shape';
import { lookaheadAverage, lookaheadShare } from '../optim/lookahead';
import { learningRateAt } from '../optim/schedule';
import { sgd } from '../optim/sgd';
import { expectAllClose } from '../testing/expectAllClose';
import { readFixture } from '../testing/fixture';
import { hashed } from '../testing/hashed';
import { checkShares, stepRates, stepShares } from './parameterShares';
import type { TrainingSettings } from './settings';
import { TEST_SETTINGS } from './testing/settings';

/** What PyTorch computed in double precision (make_recipe.py). */
interface RecipeFixture {
  readonly steps: number;
  readonly batch: number;
  readonly kinds: Readonly<Record<ParameterKind, readonly number[]>>;
  readonly schedule: readonly number[];
  readonly path: readonly Readonly<Record<ParameterKind, readonly number[]>>[];
  readonly end: Readonly<Record<ParameterKind, readonly number[]>>;
}

const fixture = readFixture('recipe.json') as RecipeFixture;
const specs = (Object.keys(fixture.kinds) as ParameterKind[]).map((kind) => ({ name: kind, kind, shape: fixture.kinds[kind] }));

/** One step an epoch. */
const SETTINGS: TrainingSettings = {
  ...TEST_SETTINGS, epochs: fixture.steps, batchSize: fixture.batch, schedule: 'triangular', learningRate: 11.5, weightDecay: 0.0153, momentum: 0.85, nesterov: true,
  decoupled: true, normShiftRate: 64, freeze: 'bias@4', lookaheadEvery: 5, lookaheadKeep: 0.95 ** 5, lookaheadPower: 3,
};

/** Hashed numbers times a scale. */
function vectorOf<Made>(make: (arrays: Float64Array[]) => Made, suffix: string, scale = 1): Made {
  return make(specs.map(({ name, shape }) => Float64Array.from(hashed(`recipe/${name}${suffix}`, sizeOf(shape)), (value) => scale * value)));
}

function walk(make: (arrays: Float64Array[]) => Vector, tolerance: number): void {
  const { learningRate, weightDecay } = stepRates(SETTINGS);
  let w = vectorOf(make, '');
  let v = w.zeros();
  let slow = w.clone();
  const expectAt = (expected: RecipeFixture['end'], step: string): void =>
    w.toArrays().forEach((values, index) => expectAllClose(values, expected[specs[index]!.kind], { absolute: tolerance }, `${specs[index]!.name} after ${step}`));
  for (let step = 0; step < fixture.steps; step++) {
    const shares = stepShares(SETTINGS, specs, step + 1)!;
    const gradient = vectorOf(make, `/${step}`, 0.01);
    const optimizer = sgd<Vector>({ momentum: 0.85, nesterov: true, weightDecay, shares });
    ({ parameters: w, state: v } = optimizer.update(w, gradient, v, learningRateAt({ ...SETTINGS, learningRate }, step, 1)));
    const share = lookaheadShare({ every: 5, keep: SETTINGS.lookaheadKeep, power: 3 }, step + 1, fixture.steps);
    if (share !== undefined) {
      slow = lookaheadAverage(slow, w, share);
      w = slow.clone();
    }
    expectAt(fixture.path[step]!, `step ${step + 1}`);
  }
  w = slow;
  expectAt(fixture.end, 'the end');
}

test("rates by kind, decoupled decay, freezing, the triangular schedule and Lookahead together are PyTorch's, in double precision", () => {
  // The fixture keeps nine digits of numbers of about 1.
  walk((arrays) => new PlainVector(specs, arrays), 1e-8);
});

test('and on native tensors', () => {
  // Twelve steps with some ten roundings each, of numbers below 8: 120 * 8 * 2^-24.
  walk((arrays) => TensorVector.from(specs, arrays.map((array) => Float32Array.from(array))), 6e-5);
});

test('the triangular schedule by hand: 10 steps, peak at the second', () => {
  const settings = { ...SETTINGS, learningRate: 1, epochs: 9.9, trianglePeak: 0.23 };
  const rates = Array.from({ length: 10 }, (_, step) => learningRateAt(settings, step, 1));
  expectAllClose(rates, [0.2, 0.6, ...Array.from({ length: 8 }, (_, index) => 1 - (0.93 * index) / 8)], { absolute: 1e-12 });
  assert.deepEqual(Array.from({ length: fixture.steps }, (_, step) => learningRateAt({ ...SETTINGS, learningRate: 1 }, step, 1)).map((rate) => rate.toFixed(12)), fixture.schedule.map((rate) => rate.toFixed(12)));
});

test('Lookahead with power 0 keeps the same share all the time', () => {
  assert.deepEqual([1, 2, 3, 4].map((taken) => lookaheadShare({ every: 2, keep: 0.5, power: 0 }, taken, 4)), [undefined, 0.5, undefined, 0.5]);
  assert.equal(lookaheadShare({ every: 0, keep: 0.5, power: 0 }, 4, 4), undefined);
});

test('rates and names for parameters that a network lacks are refused', () => {
  const weights = [{ name: 'fc.weight', kind: 'weight', shape: [2, 3] }] as const;
  assert.throws(() => checkShares({ ...TEST_SETTINGS, normShiftRate: 64 }, weights), { name: 'RangeError', message: /normShiftRate is 64, but the network has no parameter of that kind/ });
  assert.throws(() => checkShares({ ...TEST_SETTINGS, freeze: 'conv1' }, weights), { name: 'RangeError', message: /freeze names "conv1", but no parameter .* fc.weight/ });
  assert.throws(() => checkShares({ ...TEST_SETTINGS, freeze: 'fc@x' }, weights), { name: 'RangeError', message: /got "fc@x"/ });
  assert.throws(() => checkShares({ ...TEST_SETTINGS, freeze: 'fc' }, weights), { name: 'RangeError', message: /leaves nothing to train/ });
  checkShares({ ...TEST_SETTINGS, freeze: 'fc@1' }, weights);
});
