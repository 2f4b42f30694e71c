import type { TensorVector } from '../../engine/tensorVector';
import type { Model } from '../../models/model';
import type { Points } from './data';
import { batchOf, margins, meanLoss } from './model';

/** How well a network classifies its points. Errors are shares, in [0, 1]; of no points NaN. */
export interface Measures {
  /** In nats, with the labels that the points were given. */
  readonly trainingLoss: number;
  /** Against the labels that the points were given. */
  readonly trainingError: number;
  readonly testLoss: number;
  readonly testError: number;
  /** Of the points whose label is right. */
  readonly rightError: number;
  /** Of the points whose label is wrong, against that label: 0 where every wrong label is learned. */
  readonly wrongError: number;
  /** |w|, of all parameters. */
  readonly norm: number;
}

function errorOf(found: Float32Array, { labels, wrong }: Points, counts: (wrong: boolean) => boolean): number {
  let [errors, count] = [0, 0];
  labels.forEach((label, index) => {
    if (counts(wrong[index]!)) {
      count++;
      errors += (found[index]! > 0 ? 1 : 0) === label ? 0 : 1;
    }
  });
  return errors / count;
}

/** Measures a network on its training and test points. */
export function measure(model: Model, parameters: TensorVector, training: Points, test: Points): Measures {
  const [onTraining, onTest] = [training, test].map((points) => margins(model, parameters, batchOf(points))) as [Float32Array, Float32Array];
  return {
    trainingLoss: meanLoss(onTraining, training.labels),
    trainingError: errorOf(onTraining, training, () => true),
    testLoss: meanLoss(onTest, test.labels),
    testError: errorOf(onTest, test, () => true),
    rightError: errorOf(onTraining, training, (wrong) => !wrong),
    wrongError: errorOf(onTraining, training, (wrong) => wrong),
    norm: parameters.norm(),
  };
}
