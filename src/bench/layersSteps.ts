/*
 * A process of its own that times ResNet-50 as TensorFlow.js users train it, in float32, and prints what it found as JSON:
 *   node dist/bench/layersSteps.js STEM BATCH REPEATS
 */
import * as tf from '@tensorflow/tfjs-node-gpu';
import { CHANNELS, IMAGE_SIDE } from '../data/dataset';
import { createModel } from '../models/create';
import { initialParameters, initialStatistics } from '../models/initialise';
import { batchGradient } from '../train/network';
import { layersResNet50, setLayersWeights } from './layersNetwork';
import type { LayersTimes } from './layersRival';
import { noiseBatch } from './workload';

/** The same settings as in rival.py, but for weight decay, which TensorFlow.js does not have. */
const [LEARNING_RATE, MOMENTUM] = [1e-3, 0.9];
/** Single precision in other orders of summation. */
const LARGEST_DIFFERENCE = 1e-3;

async function seconds(repeats: number, work: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  for (let repeat = -1; repeat < repeats; repeat++) {
    const started = performance.now();
    await work();
    found.push((performance.now() - started) / 1000);
  }
  // The first warms up.
  return found.slice(1);
}

async function main(stem: 'imagenet' | 'cifar', batchSize: number, repeats: number): Promise<void> {
  const model = createModel('resnet50', stem, 10);
  const batch = noiseBatch(batchSize);
  const parameters = initialParameters(model, { seed: 0, zeroInitResidual: false });
  const statistics = initialStatistics(model);
  const own = batchGradient(model, parameters, statistics, batch, 0).loss;
  const layers = layersResNet50(stem, 10);
  setLayersWeights(layers, model, parameters, statistics);
  const images = tf.tensor4d(batch.images, [batch.size, IMAGE_SIDE, IMAGE_SIDE, CHANNELS]);
  const targets = tf.oneHot(tf.tensor1d(batch.labels, 'int32'), 10).toFloat();
  layers.compile({ optimizer: tf.train.momentum(LEARNING_RATE, MOMENTUM, true), loss: (truth, logits) => tf.losses.softmaxCrossEntropy(truth, logits) });
  const theirs = (await layers.trainOnBatch(images, targets)) as number;
  const loss = Math.abs(theirs - own) / own;
  if (!(loss < LARGEST_DIFFERENCE)) {
    throw new Error(`layersSteps: tf.layers does not compute the same loss (${theirs} instead of ${own}); nothing was timed.`);
  }
  const times: LayersTimes = {
    loss,
    sgd: await seconds(repeats, () => layers.trainOnBatch(images, targets)),
    evaluation: await seconds(repeats, async () => {
      const logits = layers.predictOnBatch(images) as tf.Tensor;
      await logits.data();
      logits.dispose();
    }),
  };
  console.log(JSON.stringify(times));
}

const [stem, batchSize, repeats] = process.argv.slice(2) as ['imagenet' | 'cifar', string, string];
main(stem, Number(batchSize), Number(repeats)).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
