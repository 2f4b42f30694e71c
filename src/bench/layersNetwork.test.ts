import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { CHANNELS, IMAGE_SIDE } from '../data/dataset';
import { scope } from '../engine/tensor';
import { createModel } from '../models/create';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { batchGradient, batchLogits } from '../train/network';
import { layersResNet50, setLayersWeights } from './layersNetwork';
import { noiseBatch } from './workload';

/** Largest difference relative to the largest value. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const scale = Math.max(...Array.from(b, Math.abs));
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!))) / scale;
}

for (const [stem, size] of [['imagenet', 16], ['cifar', 4]] as const) {
  test(`ResNet-50 of tf.layers computes what samlab's does, ${stem} stem: logits in evaluation, loss and its gradient in training`, async () => {
    const model = createModel('resnet50', stem, 10);
    const batch = noiseBatch(size);
    // With scales of 0 at the end of each block the branches would not count.
    const parameters = initialParameters(model, { seed: 1, zeroInitResidual: false });
    const statistics = initialStatistics(model);
    const layers = layersResNet50(stem, 10);
    setLayersWeights(layers, model, parameters, statistics);
    const images = tf.tensor4d(batch.images, [batch.size, IMAGE_SIDE, IMAGE_SIDE, CHANNELS]);

    const logits = tf.tidy(() => (layers.predictOnBatch(images) as tf.Tensor).dataSync());
    // 50 layers round to 6e-8 each, with sums in other orders, about 1e-6 a layer at worst.
    const tolerance = 50 * 1e-6;
    assert.ok(difference(logits, batchLogits(model, parameters, { statistics, training: false }, batch)) < tolerance);

    const own = batchGradient(model, parameters, statistics, batch, 0);
    const targets = tf.oneHot(tf.tensor1d(batch.labels, 'int32'), 10).toFloat();
    layers.compile({ optimizer: tf.train.sgd(1), loss: (truth, found) => tf.losses.softmaxCrossEntropy(truth, found) });
    const before = layers.getLayer('fc').getWeights()[1]!.dataSync().slice();
    const loss = (await layers.trainOnBatch(images, targets)) as number;
    // Where channels hardly vary over the few values of the last stage, dividing by their deviation enlarges rounding.
    const enlarged = 20 * tolerance;
    assert.ok(Math.abs(loss - own.loss) < enlarged * own.loss);
    const after = layers.getLayer('fc').getWeights()[1]!.dataSync();
    const bias = own.gradient.tensors[model.parameters.findIndex(({ name }) => name === 'fc.bias')]!.values();
    assert.ok(difference(before.map((value, index) => value - after[index]!), bias) < enlarged);

    scope(() => own.gradient.dispose());
    disposeStatistics(own.statistics);
    disposeStatistics(statistics);
    parameters.dispose();
    tf.dispose([images, targets]);
    layers.dispose();
  });
}
