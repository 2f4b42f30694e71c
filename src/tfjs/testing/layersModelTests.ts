import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { expectAllClose } from '../../testing/expectAllClose';
import { hashed } from '../../testing/hashed';
import { SharpnessAwareOptimizer } from '../sharpnessAwareOptimizer';
import { sizeOf } from '../../engine/shape';

const BATCH = 8;
const LEARNING_RATE = 0.125;
const RHO = 0.25;
/** One epoch in the given order of images, without output: 0 is a member of an enumeration that tf.layers does not export. */
const SILENT: object = { verbose: 0 };
const QUIET = { ...SILENT, epochs: 1, shuffle: false };
/** Weight of the previous moving averages. */
const KEPT = 0.75;

/** A dense layer, batch norm and a dense layer, with the same initial weights each time. */
function network(optimizer: tf.Optimizer): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, inputShape: [3], useBias: false }),
      tf.layers.batchNormalization({ momentum: KEPT }),
      tf.layers.activation({ activation: 'relu' }),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  tf.tidy(() => model.setWeights(model.getWeights().map((weight, index) => (index === 0 || index === 3 ? hashedTensor(`weight ${index}`, weight.shape) : weight))));
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

function hashedTensor(name: string, shape: readonly number[]): tf.Tensor {
  return tf.tensor(hashed(name, sizeOf(shape)), [...shape]);
}

function batch(): { readonly x: tf.Tensor; readonly y: tf.Tensor } {
  return { x: hashedTensor('images', [BATCH, 3]), y: tf.oneHot(Array.from({ length: BATCH }, (_, image) => image % 2), 2).toFloat() };
}

/** The elements of all weights: kernel, gamma, beta, kernel, bias, moving mean, moving variance. */
function weightsOf(model: tf.LayersModel): Float32Array[] {
  return model.getWeights().map((weight) => weight.dataSync<'float32'>().slice());
}

/** One step of SAM around SGD written out: both gradients from `tf.variableGrads`, all else in double precision. */
function stepByHand(): Float64Array[] {
  const model = network(tf.train.sgd(LEARNING_RATE));
  const { x, y } = batch();
  const registered = tf.engine().registeredVariables;
  const variables = model.trainableWeights.map(({ name }) => registered[name]!);
  const start = variables.map((variable) => Float64Array.from(variable.dataSync()));
  const gradient = (): Float64Array[] => {
    const loss = (): tf.Scalar => tf.metrics.categoricalCrossentropy(y, model.apply(x, { training: true }) as tf.Tensor).mean();
    const { grads } = tf.variableGrads(loss, variables);
    return variables.map(({ name }) => Float64Array.from(grads[name]!.dataSync()));
  };
  const first = gradient();
  const norm = Math.hypot(...first.flatMap((array) => [...array]));
  variables.forEach((variable, index) => {
    const moved = start[index]!.map((w, element) => w + (RHO * first[index]![element]!) / norm);
    variable.assign(tf.tensor(Float32Array.from(moved), variable.shape));
  });
  const second = gradient();
  return start.map((array, index) => array.map((w, element) => w - LEARNING_RATE * second[index]![element]!));
}

/** What `LayersModel.fit` must do with the optimizer on any backend. */
export function testLayersModel(): void {
  test('fit takes the step written out, and moves batch-norm statistics once, at w', async () => {
    const model = network(new SharpnessAwareOptimizer(tf.train.sgd(LEARNING_RATE), { rho: RHO }));
    const { x, y } = batch();
    const kernel = model.getWeights()[0]!.arraySync() as number[][];
    const { history } = await model.fit(x, y, { ...QUIET, batchSize: BATCH });
    const weights = weightsOf(model);
    // Both ways round weights of size 1 and gradients of size 1 about ten times to 2^-24.
    stepByHand().forEach((expected, index) => expectAllClose(weights[index]!, expected, { absolute: 2e-6 }, `weight ${index}`));
    const outputs = (x.arraySync() as number[][]).map((row) => [0, 1, 2, 3].map((unit) => row.reduce((sum, value, input) => sum + value * kernel[input]![unit]!, 0)));
    const mean = [0, 1, 2, 3].map((unit) => outputs.reduce((sum, row) => sum + row[unit]!, 0) / BATCH);
    const variance = mean.map((m, unit) => outputs.reduce((sum, row) => sum + (row[unit]! - m) ** 2, 0) / BATCH);
    expectAllClose(weights[5]!, mean.map((m) => (1 - KEPT) * m), { absolute: 1e-6 }, 'moving mean');
    expectAllClose(weights[6]!, variance.map((v) => KEPT + (1 - KEPT) * v), { absolute: 1e-6 }, 'moving variance');
    // Loss and metrics are those at w, as without SAM.
    const plain = await network(tf.train.sgd(LEARNING_RATE)).fit(x, y, { ...QUIET, batchSize: BATCH });
    assert.deepEqual(history, plain.history);
  });

  test('with rho 0, fit gives the weights and statistics of the base optimizer to the bit', async () => {
    const trained = await Promise.all(
      [new SharpnessAwareOptimizer(tf.train.adam(0.01), { rho: 0 }), tf.train.adam(0.01)].map(async (optimizer) => {
        const model = network(optimizer);
        const { x, y } = batch();
        await model.fit(x, y, { ...QUIET, epochs: 3, batchSize: BATCH / 2 });
        return weightsOf(model);
      }),
    );
    assert.deepEqual(trained[0], trained[1]);
  });

  test('fit, fitDataset and trainOnBatch leave no tensor behind', async () => {
    const model = network(new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rho: RHO }));
    const { x, y } = batch();
    const dataset = tf.data.generator(function* () {
      yield { xs: x.clone(), ys: y.clone() };
    }) as unknown as Parameters<typeof model.fitDataset>[0];
    const epochs = async (): Promise<unknown> => model.fit(x, y, { ...QUIET, epochs: 2, batchSize: 4, validationData: [x, y] });
    await epochs();
    const held = tf.memory().numTensors;
    await epochs();
    await model.trainOnBatch(x, y);
    await model.fitDataset(dataset, { ...SILENT, epochs: 1 });
    await epochs();
    assert.equal(tf.memory().numTensors, held);
  });

  test('a model trained with it is stored without it', async () => {
    const model = network(new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: RHO }));
    const handler = tf.io.withSaveHandler(async () => Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }));
    await model.save(handler);
    await assert.rejects(async () => model.save(handler, { includeOptimizer: true }), /save the model without its optimizer/);
  });
}
