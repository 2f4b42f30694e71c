import * as tf from '@tensorflow/tfjs';
import { hashed } from '../../testing/hashed';

/** A regression of one output on three inputs, without bias: its loss is a quadratic in closed form. */
export interface LinearRegression {
  readonly model: tf.LayersModel;
  /** [images, 3] and [images, 1] */
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
  readonly images: number;
  /** Row by row. */
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
}

/** TensorFlow.js in JavaScript alone. */
export async function useProcessorBackend(): Promise<void> {
  tf.enableProdMode();
  if (!(await tf.setBackend('cpu'))) {
    throw new Error('TensorFlow.js has no backend "cpu"');
  }
}

/** Mean square of the residuals of a batch, for each image. */
export function squares(targets: tf.Tensor, predictions: tf.Tensor): tf.Tensor {
  return predictions.sub(targets).square();
}

export function linearRegression(images: number): LinearRegression {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3], useBias: false })] });
  tf.tidy(() => model.setWeights([tf.tensor(hashed('weights', 3), [3, 1])]));
  const inputs = hashed('inputs', 3 * images);
  const targets = hashed('targets', images);
  return { model, x: tf.tensor(inputs, [images, 3]), y: tf.tensor(targets, [images, 1]), images, inputs, targets };
}

/** A dense layer, batch norm, dropout and a softmax on two classes. */
export function smallClassifier(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, inputShape: [3] }),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
}
