import * as tf from '@tensorflow/tfjs-node-gpu';
import { CHANNELS, IMAGE_SIDE } from '../data/dataset';
import type { ChannelStatistics } from '../engine/batchNormalization';
import type { TensorVector } from '../engine/tensorVector';
import type { Model } from '../models/model';

const BLOCKS = [3, 4, 6, 3];
const EXPANSION = 4;

function convolution(x: tf.SymbolicTensor, name: string, filters: number, kernelSize: number, strides = 1): tf.SymbolicTensor {
  // "same" would pad strided convolutions only on two sides.
  const padding = (kernelSize - 1) / 2;
  const padded = padding === 0 ? x : (tf.layers.zeroPadding2d({ padding: [padding, padding] }).apply(x) as tf.SymbolicTensor);
  return tf.layers.conv2d({ name, filters, kernelSize, strides, padding: 'valid', useBias: false }).apply(padded) as tf.SymbolicTensor;
}

function normalized(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  return tf.layers.batchNormalization({ name, epsilon: 1e-5, momentum: 0.9 }).apply(x) as tf.SymbolicTensor;
}

function rectified(x: tf.SymbolicTensor): tf.SymbolicTensor {
  return tf.layers.reLU().apply(x) as tf.SymbolicTensor;
}

function bottleneck(x: tf.SymbolicTensor, name: string, width: number, stride: number): tf.SymbolicTensor {
  const filters = width * EXPANSION;
  const first = rectified(normalized(convolution(x, `${name}.conv1`, width, 1), `${name}.bn1`));
  const second = rectified(normalized(convolution(first, `${name}.conv2`, width, 3, stride), `${name}.bn2`));
  const third = normalized(convolution(second, `${name}.conv3`, filters, 1), `${name}.bn3`);
  const projected = stride !== 1 || x.shape[3] !== filters;
  const shortcut = projected ? normalized(convolution(x, `${name}.downsample.0`, filters, 1, stride), `${name}.downsample.1`) : x;
  return rectified(tf.layers.add().apply([third, shortcut]) as tf.SymbolicTensor);
}

/** ResNet-50 with the layers that TensorFlow.js users have, under torchvision's names; it returns logits. */
export function layersResNet50(stem: 'imagenet' | 'cifar', classes: number): tf.LayersModel {
  const input = tf.input({ shape: [IMAGE_SIDE, IMAGE_SIDE, CHANNELS] });
  let x = rectified(normalized(stem === 'imagenet' ? convolution(input, 'conv1', 64, 7, 2) : convolution(input, 'conv1', 64, 3), 'bn1'));
  if (stem === 'imagenet') {
    // After a ReLU zero is the smallest value, so padding by zeros never exceeds a maximum.
    const padded = tf.layers.zeroPadding2d({ padding: [1, 1] }).apply(x) as tf.SymbolicTensor;
    x = tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'valid' }).apply(padded) as tf.SymbolicTensor;
  }
  BLOCKS.forEach((blocks, stage) => {
    for (let block = 0; block < blocks; block++) {
      x = bottleneck(x, `layer${stage + 1}.${block}`, 64 * 2 ** stage, stage > 0 && block === 0 ? 2 : 1);
    }
  });
  const pooled = tf.layers.globalAveragePooling2d({}).apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: tf.layers.dense({ name: 'fc', units: classes }).apply(pooled) as tf.SymbolicTensor });
}

/** Gives the layers the weights and running statistics of samlab's network. */
export function setLayersWeights(layers: tf.LayersModel, model: Model, parameters: TensorVector, statistics: readonly ChannelStatistics[]): void {
  const arrays = parameters.toArrays();
  const values = new Map(model.parameters.map(({ name, shape }, index) => [name, tf.tensor(arrays[index]!, [...shape])]));
  const moments = new Map(model.statistics.map(({ name }, index) => [name, (['mean', 'variance'] as const).map((moment) => tf.tensor1d(statistics[index]![moment].values()))]));
  for (const layer of layers.layers.filter(({ weights }) => weights.length > 0)) {
    const own = ['weight', 'bias'].map((kind) => values.get(`${layer.name}.${kind}`)).filter((value) => value !== undefined);
    layer.setWeights([...own, ...(moments.get(layer.name) ?? [])]);
  }
  [...values.values(), ...[...moments.values()].flat()].forEach((tensor) => tensor.dispose());
}
