import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tensorCount } from '../../engine/tensor';
import { batchGradient } from '../../train/network';
import { expectAllClose } from '../../testing/expectAllClose';
import { hashed } from '../../testing/hashed';
import { plainModule } from '../../browser/plainModule';
import { trainingPoints } from './data';
import * as native from './inNode';
import { NET_METHODS } from './methods';
import type { NetSettings } from './settings';

const SETTINGS: NetSettings = {
  data: 'moons', points: 60, noise: 0.2, wrong: 0.2, hidden: [9, 6], activation: 'tanh', methods: ['sgd', 'sam'], rho: 0.2, learningRate: 0.1, momentum: 0.9, weightDecay: 0.001, batch: 20, group: 20,
  innerSteps: 2, seed: 3, steps: 100,
};

let plain: typeof native;
before(async () => {
  plain = await plainModule<typeof native>('playground/net/inNode');
});

type Engine = typeof native;

/** Weights after some steps, one array a parameter. */
function trained({ NetComparison }: Engine, settings: NetSettings, steps: number): readonly (readonly Float32Array[])[] {
  const comparison = new NetComparison(settings);
  for (let step = 0; step < steps; step++) {
    comparison.step();
  }
  const weights = comparison.contenders.map(({ parameters }) => parameters.toArrays());
  comparison.dispose();
  return weights;
}

/** Loss, gradient and Hessian product at the first weights, in the directions of hashed numbers. */
async function derivatives({ perceptron, pointLoss, batchOf, initialParameters }: Engine, settings: NetSettings): Promise<{ readonly loss: number; readonly gradient: Float32Array[]; readonly product: Float32Array[] }> {
  const model = perceptron(settings);
  const loss = pointLoss(model, batchOf(trainingPoints(settings)));
  const w = initialParameters(model, { seed: 1, zeroInitResidual: false });
  const v = w.withElements(model.parameters.map(({ name, shape }) => hashed(name, shape.reduce((size, length) => size * length, 1))));
  const [{ loss: value, gradient }, product] = [await loss.gradient(w), await loss.second.hessianProduct(w, v)];
  const found = { loss: value, gradient: gradient.toArrays(), product: product.toArrays() };
  [w, v, gradient, product].forEach((vector) => vector.dispose());
  return found;
}

function expectSame(found: readonly Float32Array[], expected: readonly Float32Array[], tolerance: number, what: string): void {
  assert.equal(found.length, expected.length);
  found.forEach((array, parameter) => expectAllClose(array, expected[parameter]!, { relative: tolerance, absolute: tolerance }, `${what}, parameter ${parameter}`));
}

test('loss, gradient and Hessian product in plain JavaScript are the engine\'s to rounding, for both activations and each depth', async () => {
  const counts = [tensorCount(), plain.tensorCount()];
  for (const activation of ['tanh', 'relu'] as const) {
    for (const hidden of [[4], [9, 6], [5, 8, 4]]) {
      const settings = { ...SETTINGS, activation, hidden };
      const [found, expected] = [await derivatives(plain, settings), await derivatives(native, settings)];
      // Sums of 60 terms of size 1, each rounded to 2^-24, through three layers forward and back.
      assert.ok(Math.abs(found.loss - expected.loss) < 1e-6, `${found.loss} instead of ${expected.loss}`);
      expectSame(found.gradient, expected.gradient, 2e-6, `gradient, ${activation} ${hidden.join()}`);
      expectSame(found.product, expected.product, 1e-5, `product, ${activation} ${hidden.join()}`);
    }
  }
  assert.deepEqual([tensorCount(), plain.tensorCount()], counts);
});

test('each method takes the engine\'s steps: the same weights after three of them, whole batches and groups', () => {
  const counts = [tensorCount(), plain.tensorCount()];
  for (const { id } of NET_METHODS) {
    for (const group of [20, 5]) {
      const settings: NetSettings = { ...SETTINGS, methods: [id], group };
      const [[found], [expected]] = [trained(plain, settings, 3), trained(native, settings, 3)];
      // FGSM's signs and SANER's shares jump where an element is nearly 0: one of them moves a weight by 2 learningRate rho / sqrt(d) |H|.
      const jumps = id === 'fgsm' || id === 'mi-fgsm' || id === 'saner';
      expectSame(found!, expected!, jumps ? 2e-3 : 2e-5, `${id}, m = ${group}`);
    }
  }
  assert.deepEqual([tensorCount(), plain.tensorCount()], counts, 'nothing leaks');
});

test('every method moves the weights its own way, and equal settings give equal numbers to the last bit', () => {
  const settings: NetSettings = { ...SETTINGS, methods: NET_METHODS.map(({ id }) => id) };
  const ends = trained(plain, settings, 8).map((arrays) => arrays.map((array) => array.join()).join());
  assert.deepEqual(trained(plain, settings, 8).map((arrays) => arrays.map((array) => array.join()).join()), ends);
  assert.equal(new Set(ends).size, ends.length, 'no two methods are one');
});

test('batches come from the seed, in another order each epoch: SGD on them by hand gives two epochs', () => {
  const settings: NetSettings = { ...SETTINGS, methods: ['sgd', 'sam'], momentum: 0, weightDecay: 0 };
  const model = native.perceptron(settings);
  const points = trainingPoints(settings);
  const w = native.initialParameters(model, { seed: settings.seed, zeroInitResidual: false });
  for (let step = 0; step < 6; step++) {
    const [epoch, batch] = [Math.floor(step / 3), step % 3];
    const order = native.permutation(settings.points, native.random(settings.seed, 'playground order', epoch));
    const { gradient } = batchGradient(model, w, [], native.batchOf(points, order.subarray(20 * batch, 20 * batch + 20)), 0, false);
    w.addScaledInPlace(gradient, -settings.learningRate);
    gradient.dispose();
  }
  const [sgd] = trained(native, settings, 6);
  expectSame(sgd!, w.toArrays(), 1e-6, 'SGD');
  w.dispose();
});
