import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { relu } from '../engine/activation';
import { batchNormalizeEvaluation, batchNormalizeTraining, type ChannelStatistics } from '../engine/batchNormalization';
import { conv2d } from '../engine/convolution';
import { smoothedTargets, softmaxCrossEntropy } from '../engine/crossEntropy';
import { addBias, matMul } from '../engine/dense';
import { globalAveragePool } from '../engine/pooling';
import { valueAndGradient } from '../engine/tape';
import { tensor, type Tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { ParameterKind, ParameterSpec } from '../engine/vector';
import { sizeOf } from '../engine/shape';
import { asam } from '../optim/asam';
import { dynamicMask } from '../optim/dynamicMask';
import { fgsm } from '../optim/fgsm';
import { fisherMask } from '../optim/fisherMask';
import { lookSam } from '../optim/lookSam';
import { msam } from '../optim/msam';
import type { PerturbationRule } from '../optim/perturbation';
import { sam } from '../optim/sam';
import { sgd } from '../optim/sgd';
import { sharpnessAware } from '../optim/sharpnessAware';
import type { Descent, MethodState } from '../optim/step';
import type { LossAndGradient } from '../optim/step';
import { sparse } from '../optim/sparse';
import { hashed } from '../testing/hashed';
import { SharpnessAwareOptimizer } from './sharpnessAwareOptimizer';

const [BATCH, SIDE, FILTERS, CLASSES] = [6, 5, 4, 3];
const [LEARNING_RATE, MOMENTUM, STEPS] = [0.1, 0.9, 3];
/** Batch norm's epsilon, and the weight of the newest batch in the running statistics. */
const [EPSILON, NEWEST] = [1e-5, 0.1];

/** A convolution, batch norm, a mean over positions and a dense layer. */
const specs: readonly ParameterSpec[] = [
  { name: 'conv/kernel', kind: 'weight', shape: [3, 3, 3, FILTERS] },
  { name: 'norm/gamma', kind: 'normScale', shape: [FILTERS] },
  { name: 'norm/beta', kind: 'normShift', shape: [FILTERS] },
  { name: 'dense/kernel', kind: 'weight', shape: [FILTERS, CLASSES] },
  { name: 'dense/bias', kind: 'bias', shape: [CLASSES] },
];
const start = specs.map(({ name, kind, shape }) => hashed(name, sizeOf(shape)).map((value) => (kind === 'normScale' ? 1 + 0.5 * value : value)));
const labels = Array.from({ length: BATCH }, (_, image) => image % CLASSES);
const pixels = (step: number): Float32Array => hashed(`images/${step}`, BATCH * SIDE * SIDE * 3);

interface Case {
  readonly rule: PerturbationRule;
  readonly rho: number;
  readonly kinds?: readonly ParameterKind[];
  readonly descent?: Descent;
}

const CASES: Readonly<Record<string, Case>> = {
  'no SAM': { rule: sam(), rho: 0 },
  SAM: { rule: sam(), rho: 0.2 },
  'SAM on norm layers': { rule: sam(), rho: 0.2, kinds: ['normScale', 'normShift'] },
  'SAM, p = infinity': { rule: sam({ p: Infinity }), rho: 0.02 },
  FGSM: { rule: fgsm({ steps: 2, momentum: 1 }), rho: 0.02 },
  ASAM: { rule: asam(), rho: 0.5 },
  'SSAM-F': { rule: sparse(sam(), fisherMask({ sparsity: 0.5, samples: 3, every: 2 })), rho: 0.2 },
  'SSAM-D': { rule: sparse(sam(), dynamicMask({ sparsity: 0.5, dropRate: 0.5, every: 1, totalSteps: 4, seed: 1 })), rho: 0.2 },
  MSAM: { rule: msam(), rho: 0.2 },
  LookSAM: { rule: sam(), rho: 0.2, descent: lookSam({ every: 2, alpha: 0.5 }) },
};

interface Trained {
  readonly losses: number[];
  readonly weights: ArrayLike<number>[];
  readonly runningMean: ArrayLike<number>;
}

/** Trains with the engine's own operations and step. */
function withEngine({ rule, rho, kinds, descent }: Case): Trained {
  let running: ChannelStatistics = { mean: tensor(new Float32Array(FILTERS), [FILTERS]), variance: tensor(new Float32Array(FILTERS).fill(1), [FILTERS]) };
  const evaluate = (parameters: TensorVector, images: Float32Array, classes: readonly number[], training: boolean): LossAndGradient<TensorVector> & { readonly updated: ChannelStatistics } => {
    const { value, gradients, auxiliary } = valueAndGradient(
      parameters.tensors,
      () => {
        const [kernel, scale, shift, dense, bias] = parameters.tensors as [Tensor, Tensor, Tensor, Tensor, Tensor];
        const x = conv2d(tensor(images, [classes.length, SIDE, SIDE, 3]), kernel, { padding: 1 });
        const norm = { scale: scale, shift: shift, epsilon: EPSILON };
        const { y, running: updated } = training ? batchNormalizeTraining(x, norm, running, NEWEST) : { y: batchNormalizeEvaluation(x, norm, running), running };
        const logits = addBias(matMul(globalAveragePool(relu(y)), dense), bias);
        return { loss: softmaxCrossEntropy(logits, smoothedTargets(classes, CLASSES, 0)), auxiliary: updated };
      },
      ({ mean, variance }) => [mean, variance],
    );
    return { loss: value, gradient: new TensorVector(specs, gradients), updated: auxiliary };
  };
  const optimizer = sgd<TensorVector>({ momentum: MOMENTUM, nesterov: true, weightDecay: 0 });
  const aware = sharpnessAware({ rule, ...(kinds ? { kinds } : {}), ...(descent ? { descent } : {}) });
  const parameters = TensorVector.from(specs, start);
  let current: { parameters: TensorVector; state: TensorVector; method: MethodState<TensorVector> } = { parameters, state: optimizer.init(parameters), method: aware.init() };
  const losses = Array.from({ length: STEPS }, (_, step) => {
    const images = pixels(step);
    const output = aware.step({
      ...current,
      objective(point, phase) {
        const { updated, ...found } = evaluate(point, images, labels, true);
        running = phase === 'first' ? updated : running;
        return found;
      },
      optimizer,
      learningRate: LEARNING_RATE,
      rho,
      images: BATCH,
      sampleGradient: (point, image) => evaluate(point, images.subarray((image * images.length) / BATCH, ((image + 1) * images.length) / BATCH), [labels[image]!], false).gradient,
    });
    current = output;
    return output.loss;
  });
  return { losses, weights: current.parameters.toArrays(), runningMean: running.mean.values() };
}

/** Trains the same network as a layers model, on the backend in use. */
function withLayers({ rule, rho, kinds, descent }: Case): Trained {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: FILTERS, kernelSize: 3, padding: 'same', useBias: false, inputShape: [SIDE, SIDE, 3] }),
      tf.layers.batchNormalization({ momentum: 1 - NEWEST, epsilon: EPSILON }),
      tf.layers.activation({ activation: 'relu' }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: CLASSES }),
    ],
  });
  const weights = model.trainableWeights.map(({ name }) => tf.engine().registeredVariables[name]!);
  weights.forEach((weight, index) => weight.assign(tf.tensor(start[index]!, weight.shape)));
  const targets = tf.oneHot(labels, CLASSES).toFloat();
  let x = tf.zeros([BATCH, SIDE, SIDE, 3]);
  const lossOf = (images: tf.Tensor, classes: tf.Tensor, training: boolean): tf.Scalar =>
    tf.losses.softmaxCrossEntropy(classes, model.apply(images, { training }) as tf.Tensor);
  const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(LEARNING_RATE, MOMENTUM, true), {
    rule,
    rho,
    ...(kinds ? { kinds } : {}),
    ...(descent ? { descent } : {}),
    images: { count: () => BATCH, loss: (image) => tf.tidy(() => lossOf(tf.slice(x, image, 1), tf.slice(targets, image, 1), false)) },
  });
  const losses = Array.from({ length: STEPS }, (_, step) => {
    x = tf.tensor(pixels(step), [BATCH, SIDE, SIDE, 3]);
    return optimizer.minimize(() => tf.tidy(() => lossOf(x, targets, true)), true, weights)!.dataSync()[0]!;
  });
  return { losses, weights: weights.map((weight) => weight.dataSync()), runningMean: model.getWeights()[5]!.dataSync() };
}

/** Distance of weights from the start, parameter by parameter. */
function way(weights: readonly ArrayLike<number>[], from: readonly ArrayLike<number>[]): number[] {
  return weights.map((array, index) => Math.hypot(...Array.from(array, (value, element) => value - from[index]![element]!)));
}

/**
 * Each gradient carries some hundred roundings to 2^-24, 1e-5 of its norm at worst; three steps with momentum .9 add
 * up six of them, each once more through eps, and weights of size 1 are rounded to 6e-8 where they move by some tenths.
 * A step without the perturbation is off by a hundredth or more (asserted below).
 */
const TOLERANCE = 1e-4;

const engine = new Map(Object.entries(CASES).map(([name, settings]) => [name, withEngine(settings)]));

for (const backend of ['tensorflow', 'cpu']) {
  for (const [name, settings] of Object.entries(CASES)) {
    test(`${name}: three steps on the backend ${backend} are the engine's`, async () => {
      assert.ok(await tf.setBackend(backend));
      tf.enableProdMode();
      const [found, expected] = [withLayers(settings), engine.get(name)!];
      const moved = way(expected.weights, start);
      way(found.weights, expected.weights).forEach((error, index) => assert.ok(error <= TOLERANCE * moved[index]!, `${specs[index]!.name}: off by ${error} of ${moved[index]!}`));
      found.losses.forEach((loss, step) => assert.ok(Math.abs(loss - expected.losses[step]!) <= TOLERANCE * loss, `loss ${loss} in step ${step}, expected ${expected.losses[step]!}`));
      assert.ok(way([found.runningMean], [expected.runningMean])[0]! <= TOLERANCE * way([expected.runningMean], [[0, 0, 0, 0]])[0]!, 'running mean');
    });
  }
}

test('the tolerance distinguishes each method from the base optimizer', () => {
  const base = engine.get('no SAM')!;
  for (const [name, { weights }] of [...engine].slice(1)) {
    const [moved, apart] = [way(base.weights, start), way(weights, base.weights)];
    assert.ok(Math.max(...apart.map((distance, index) => distance / moved[index]!)) > 1e-2, name);
  }
});
