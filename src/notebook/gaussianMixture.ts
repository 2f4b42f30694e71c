import { datasetOf } from '../data/arrays';
import type { DatasetPair } from '../data/dataset';
import { random } from '../engine/random';

/** How a mixture is drawn. */
export interface MixtureSettings {
  /** Number of classes; one Gaussian each. */
  readonly classes: number;
  /** Length of an input vector. */
  readonly dimensions: number;
  /** Vectors of the training set, in equal parts of each class. */
  readonly train: number;
  /** Vectors of the test set. */
  readonly test: number;
  /** Standard deviation of each coordinate around the class's centre, whose own coordinates have a deviation of 1. */
  readonly spread: number;
  readonly seed: number;
}

/**
 * A classification task that a perceptron learns in a second: vector i of class k is c_k + spread z_i, with every coordinate of the
 * centres c_k and of z_i standard normal. Training and test set share the centres.
 *
 * @example
 * const { train, test } = notebook.gaussianMixture({ classes: 4, dimensions: 20, train: 400, test: 2000, spread: 1.2, seed: 0 });
 */
export function gaussianMixture({ classes, dimensions, train, test, spread, seed }: MixtureSettings): DatasetPair {
  const centreChance = random(seed, 'mixture centres');
  const normals = (rng: ReturnType<typeof random>): number[] => Array.from({ length: dimensions }, () => rng.normal());
  const centres = Array.from({ length: classes }, () => normals(centreChance));
  const classNames = centres.map((_, label) => `class ${label}`);
  const part = (name: string, count: number): DatasetPair['train'] => {
    const rng = random(seed, 'mixture', name);
    const labels = Array.from({ length: count }, (_, index) => index % classes);
    const inputs = labels.map((label) => normals(rng).map((z, index) => centres[label]![index]! + spread * z));
    return datasetOf({ name: `mixture of ${classes} Gaussians`, inputs, labels, classNames });
  };
  return { train: part('train', train), test: part('test', test) };
}
