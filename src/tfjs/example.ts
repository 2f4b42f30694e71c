import * as tf from '@tensorflow/tfjs';
import { asam, SharpnessAwareOptimizer } from 'samlab/tfjs';

/** A layers model: the optimizer stands where tf.train.momentum(0.1, 0.9) would. */
export async function fitSharpnessAware(model: tf.LayersModel, x: tf.Tensor, y: tf.Tensor): Promise<tf.History> {
  const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rho: 0.05 });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model.fit(x, y, { epochs: 20 });
}

/** A loss of your own on tf.Variables, with another rule. */
export function minimizeSharpnessAware(loss: () => tf.Scalar, steps: number): void {
  const optimizer = new SharpnessAwareOptimizer(tf.train.adam(0.1), { rule: asam(), rho: 0.5 });
  for (let step = 0; step < steps; step++) optimizer.minimize(loss);
}
