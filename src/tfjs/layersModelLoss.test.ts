import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { expectAllClose } from '../testing/expectAllClose';
import { hashed } from '../testing/hashed';
import { layersModelLoss } from './layersModelLoss';
import { linearRegression, smallClassifier, squares, useProcessorBackend } from './testing/layersModels';

before(useProcessorBackend);

/** Single precision: sums of at most 7 products of numbers below 2, on numbers of about 1. */
const ROUNDING = { absolute: 7 * 4 * 2 ** -24 };

const elementsOf = (arrays: readonly ArrayLike<number>[]): number[] => arrays.flatMap((array) => Array.from(array));

test('loss and gradient of a linear regression are those of the formula, in batches that do not divide the images', async () => {
  const images = 7;
  const { model, x, y, inputs, targets } = linearRegression(images);
  const loss = layersModelLoss(model, { name: 'regression', x, y, loss: squares, batchSize: 3 });
  const w = [0.5, -0.25, 1];
  const before = loss.point();
  const point = before.withElements([Float32Array.from(w)]);
  const residuals = Array.from(targets, (target, image) => w.reduce((sum, weight, k) => sum + weight * inputs[3 * image + k]!, 0) - target);
  const expected = residuals.reduce((sum, residual) => sum + residual ** 2 / images, 0);
  const slope = w.map((_, k) => residuals.reduce((sum, residual, image) => sum + (2 * residual * inputs[3 * image + k]!) / images, 0));

  const tensors = tf.memory().numTensors;
  const value = await loss.evaluate(point);
  expectAllClose([value.loss], [expected], ROUNDING);
  assert.equal(value.error, undefined, 'one output is no class');
  const found = await loss.gradient(point);
  expectAllClose([found.loss], [expected], ROUNDING);
  expectAllClose(elementsOf(found.gradient.toArrays()), slope, ROUNDING);
  found.gradient.dispose();
  assert.equal(tf.memory().numTensors, tensors);
  assert.deepEqual(elementsOf(loss.point().toArrays()), elementsOf(before.toArrays()), 'the model stands where it stood');
});

test('a classifier: dropout is off, errors are counted, and the weights are back to the bit when the loss throws', async () => {
  const model = smallClassifier();
  const x = tf.tensor(hashed('images', 15), [5, 3]);
  const y = tf.oneHot([0, 1, 1, 0, 1], 2).toFloat();
  let passes = 0;
  const broken = layersModelLoss(model, {
    name: 'broken', x, y, batchSize: 2,
    loss: (targets, predictions) => {
      if (++passes === 2) {
        throw new Error('out of luck');
      }
      return tf.metrics.categoricalCrossentropy(targets, predictions);
    },
  });
  const loss = layersModelLoss(model, { name: 'classifier', x, y, loss: (targets, predictions) => tf.metrics.categoricalCrossentropy(targets, predictions) });
  const start = loss.point();
  const elsewhere = start.times(2);
  const before = elementsOf(start.toArrays());

  const probabilities = (model.predict(x) as tf.Tensor).arraySync() as number[][];
  const wrong = probabilities.filter(([first, second], image) => (second! > first! ? 1 : 0) !== [0, 1, 1, 0, 1][image]).length;
  const expected = probabilities.reduce((sum, row, image) => sum - Math.log(row[[0, 1, 1, 0, 1][image]!]!) / 5, 0);
  const { loss: value, error } = await loss.evaluate(start);
  expectAllClose([value], [expected], { absolute: 1e-6 });
  assert.equal(error, (100 * wrong) / 5);
  assert.deepEqual(await loss.evaluate(start), { loss: value, error });

  const tensors = tf.memory().numTensors;
  await assert.rejects(broken.evaluate(elsewhere), { message: 'out of luck' });
  assert.equal(tf.memory().numTensors, tensors);
  assert.deepEqual(elementsOf(loss.point().toArrays()), before);
  // Here TensorFlow.js itself keeps the tensors saved by its tape, so they are not counted.
  passes = 0;
  await assert.rejects(broken.gradient(elsewhere), { message: 'out of luck' });
  assert.deepEqual(elementsOf(loss.point().toArrays()), before);
});

test('images that do not fit, a batch of none, and a model that is gone are refused', () => {
  const { model, x, y } = linearRegression(4);
  const options = { name: 'regression', x, y, loss: squares };
  assert.throws(() => layersModelLoss(model, { ...options, y: y.slice([0], [3]) }), { name: 'RangeError', message: /expected x and y with as many images.*\[4, 3\] and \[3, 1\]/ });
  assert.throws(() => layersModelLoss(model, { ...options, batchSize: 0 }), { name: 'RangeError', message: /batchSize of at least 1, got 0/ });
  model.dispose();
  assert.throws(() => layersModelLoss(model, options), /is not there any more/);
});

test('a regression with several outputs has no top-1 error, distributions over classes have one', async () => {
  const model = smallClassifier();
  const x = tf.tensor(hashed('images', 15), [5, 3]);
  const meanSquare = (targets: tf.Tensor, predictions: tf.Tensor): tf.Tensor => tf.losses.meanSquaredError(targets, predictions);
  const errorFor = async (rows: readonly (readonly number[])[], batchSize: number): Promise<number | undefined> => {
    const y = tf.tensor2d(rows.map((row) => [...row]));
    const loss = layersModelLoss(model, { name: 'targets', x, y, loss: meanSquare, batchSize });
    const point = loss.point();
    try {
      return (await loss.evaluate(point)).error;
    } finally {
      [point, y].forEach((held) => held.dispose());
    }
  };
  const oneHot = [[1, 0], [0, 1], [0, 1], [1, 0], [0, 1]];
  const tensors = tf.memory().numTensors;
  for (const batchSize of [1, 2, 5]) {
    const error = await errorFor(oneHot, batchSize);
    assert.ok(error !== undefined && Number.isInteger(error / 20));
    assert.equal(await errorFor(oneHot.map((row) => row.map((share) => 0.9 * share + 0.05)), batchSize), error, 'smoothed labels');
    for (const other of [[0.3, -0.7], [2, 1], [0, 0], [1.5, -0.5]]) {
      assert.equal(await errorFor([...oneHot.slice(0, 4), other], batchSize), undefined, `[${other.join(', ')}]`);
    }
  }
  assert.equal(tf.memory().numTensors, tensors);
});
