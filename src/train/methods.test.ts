import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCount } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import { cifarResNet } from '../models/cifarResnet';
import { disposeStatistics } from '../models/initialise';
import { sgd } from '../optim/sgd';
import { readFixture } from '../testing/fixture';
import { expectSummary, hashedImages, hashedParameters, hashedStatistics, inTorchOrder, type Summary } from '../testing/hashedNetwork';
import { BatchObjective } from './batchObjective';
import { trainingMethod } from './method';
import type { MethodSettings } from './methodSettings';
import type { TrainingSettings } from './settings';
import { TEST_SETTINGS } from './testSettings';

/** What PyTorch did in double precision (make_perturbations.py). */
interface Walk {
  readonly losses: readonly number[];
  /** From where it started, after the last step. */
  readonly moved: Readonly<Record<string, Summary>>;
  readonly statistics: Readonly<Record<string, Summary>>;
}

interface PerturbationFixture {
  readonly images: string;
  readonly batch: number;
  readonly methods: Readonly<Record<string, Walk>>;
}

/** The settings that ask for each of the fixture's methods. Its radii for other norms are those norms' own, unless they match a 2-norm. */
const SETTINGS: Readonly<Record<string, Partial<TrainingSettings> & Pick<MethodSettings, 'method'>>> = {
  'sam, p = 1': { method: 'sam', perturbationNorm: 1, rho: 0.02, radiusIn: 'ownNorm' },
  'sam, p = 3/2': { method: 'sam', perturbationNorm: 1.5, rho: 0.05, radiusIn: 'ownNorm' },
  'sam, p = infinity': { method: 'sam', perturbationNorm: 'infinity', rho: 1e-4, radiusIn: 'ownNorm' },
  'fgsm, three steps with momentum': { method: 'fgsm', ascentSteps: 3, ascentMomentum: 1, rho: 0.05 },
  'fgsm, euclidean and projected': { method: 'fgsm', ascentSteps: 2, ascentStepLength: 1, ascentBall: 'euclidean', rho: 0.05 },
  'asam by element': { method: 'asam', rho: 0.5 },
  'asam by filter': { method: 'asam', asamScaling: 'filter', rho: 0.05 },
  'asam as published': { method: 'asam', asamEta: 0, asamOn: 'all', rho: 0.05 },
  'ssamF, masked before the norm': { method: 'ssamF', sparsity: 0.5, maskSamples: 2, maskEpochs: 1, rho: 0.05 },
  'ssamF, masked after the norm': { method: 'ssamF', sparsity: 0.8, maskSamples: 4, maskEpochs: 1, maskAt: 'afterNorm', rho: 0.05 },
  msam: { method: 'msam', rho: 0.3 },
  lookSam: { method: 'lookSam', lookEvery: 2, lookAlpha: 0.1, rho: 0.05 },
  'weights alone': { method: 'sam', perturbationScope: 'weights', rho: 0.05 },
  'normalisation alone': { method: 'sam', perturbationScope: 'norm', rho: 0.05 },
  'all but normalisation': { method: 'sam', perturbationScope: 'noNorm', rho: 0.05 },
  'groups of two': { method: 'sam', groupSize: 2, rho: 0.05 },
  'weight decay in the loss': { method: 'sam', weightDecayIn: 'loss', rho: 0.05 },
};

/**
 * Most walks agree to 1e-3 of a parameter's way. Where signs or masks are drawn, and where a ReLU lies within rounding of
 * its kink, single precision decides some elements the other way, and which depends on the processor: 6e-3 was seen. A walk is
 * never allowed more than a quarter of the way to the nearest other one.
 */
const LARGEST_TOLERANCE = 1e-2;
const WEIGHT_DECAY = 5e-4;

const model = cifarResNet('resnet20', 10);
const fixture = readFixture('perturbations.json') as PerturbationFixture;

test('the fixture and the settings name the same methods', () => {
  assert.deepEqual(Object.keys(SETTINGS), Object.keys(fixture.methods));
});

/** The largest difference of two walks over the parameters, in units of the first one's way. */
function distance(a: Walk, b: Walk): number {
  return Math.max(...Object.entries(a.moved).map(([name, { norm, probe }]) => Math.max(Math.abs(norm - b.moved[name]!.norm), Math.abs(probe - b.moved[name]!.probe)) / norm));
}

/** How far the walk of another method is at least. In this network the two scopes differ in ten biases of 270,000 parameters; sharpnessAware.test.ts tells them apart. */
function nearestOther(name: string): number {
  const twins = ['all but normalisation', 'weights alone'];
  const others = Object.entries(fixture.methods).filter(([other]) => other !== name && !(twins.includes(name) && twins.includes(other)));
  return Math.min(...others.map(([, walk]) => distance(fixture.methods[name]!, walk)));
}

function toleranceOf(name: string): number {
  return Math.min(LARGEST_TOLERANCE, nearestOther(name) / 4);
}

test('no two walks of the fixture are alike, so that no method passes for another', () => {
  for (const name of Object.keys(fixture.methods)) {
    assert.ok(toleranceOf(name) > 4e-3, `${name}: ${toleranceOf(name)}`);
  }
});

for (const [name, changes] of Object.entries(SETTINGS)) {
  test(`three steps of ${name} on ResNet-20 are PyTorch's: losses, weights, running statistics`, () => {
    const expected = fixture.methods[name]!;
    const tolerance = toleranceOf(name);
    const before = tensorCount();
    // Two steps an epoch, so that masks that change with the epoch change at the third step.
    const settings: TrainingSettings = { ...TEST_SETTINGS, learningRate: 0.05, schedule: 'constant', warmupEpochs: 0, batchSize: fixture.batch, ...changes };
    const method = trainingMethod(settings, { stepsPerEpoch: 2, batchSizes: [fixture.batch] });
    const inLoss = settings.weightDecayIn === 'loss';
    const optimizer = sgd<TensorVector>({ momentum: 0.9, nesterov: true, weightDecay: inLoss ? 0 : WEIGHT_DECAY });
    let statistics = hashedStatistics(model);
    const parameters = hashedParameters(model);
    const start = parameters.toArrays();
    let current = { parameters, state: optimizer.init(parameters), method: method.init() };
    const losses = expected.losses.map((_, step) => {
      const images = hashedImages(`${fixture.images}/${step}`, fixture.batch);
      const batch = { images: images.values() as Float32Array, labels: Int32Array.from({ length: fixture.batch }, (_image, image) => (image * 7) % 10), size: fixture.batch };
      images.dispose();
      const objective = new BatchObjective(batch, { model, statistics, labelSmoothing: 0, penalty: { weightDecay: inLoss ? WEIGHT_DECAY : 0 } });
      const { loss, ...next } = method.step(step, {
        ...current, optimizer, images: batch.size,
        objective: (point, phase, part) => objective.evaluate(point, phase, part),
        sampleGradient: (point, index) => objective.sampleGradient(point, index),
      });
      current = next;
      const moved = objective.movedStatistics();
      disposeStatistics(statistics);
      statistics = moved;
      return loss;
    });
    losses.forEach((loss, step) => assert.ok(Math.abs(loss - expected.losses[step]!) <= tolerance * expected.losses[step]!, `step ${step}: loss ${loss}, expected ${expected.losses[step]}`));
    current.parameters.toArrays().forEach((array, index) => {
      const spec = model.parameters[index]!;
      expectSummary(spec.name, inTorchOrder(array.map((value, element) => value - start[index]![element]!), spec.shape), expected.moved[spec.name]!, tolerance);
    });
    model.statistics.forEach(({ name: layer }, index) => {
      for (const [moment, buffer] of [['mean', 'running_mean'], ['variance', 'running_var']] as const) {
        const summary = expected.statistics[`${layer}.${buffer}`];
        if (summary) expectSummary(`${layer}.${buffer}`, statistics[index]![moment].values() as Float32Array, summary, tolerance);
      }
    });
    const { rule, look } = current.method;
    [current.parameters, current.state, ...Object.values(rule.vectors), ...Object.values(look.vectors)].forEach((vector) => vector.dispose());
    disposeStatistics(statistics);
    assert.equal(tensorCount(), before);
  });
}
