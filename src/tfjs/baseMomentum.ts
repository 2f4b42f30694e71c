import type { Optimizer, Variable } from '@tensorflow/tfjs-core';

/** What a base optimizer keeps of one variable, from its first step on. */
interface Kept {
  /** The variable's name, a slash, and what this is of it. */
  readonly originalName: string;
  readonly variable: Variable;
}

/** Where TensorFlow.js keeps momentum. `getWeights` shows the same, but through a promise, and a step cannot wait. */
interface Internals {
  /** tf.train.momentum */
  readonly accumulations?: readonly (Kept | undefined)[];
  /** tf.train.adam, tf.train.adamax */
  readonly accumulatedFirstMoment?: readonly (Kept | undefined)[];
}

/**
 * The momentum of a base optimizer by the names of the variables that it moves; empty before its first step.
 *
 * @throws TypeError if the base optimizer has none.
 */
export function baseMomentum(base: Optimizer): Readonly<Record<string, Variable>> {
  const { accumulations, accumulatedFirstMoment } = base as unknown as Internals;
  const kept = accumulations ?? accumulatedFirstMoment;
  if (kept === undefined) {
    throw new TypeError(`SharpnessAwareOptimizer: the rule climbs along momentum, and ${base.getClassName()} has none; wrap tf.train.momentum or tf.train.adam.`);
  }
  return Object.fromEntries(kept.flatMap((entry) => (entry ? [[entry.originalName.replace(/\/[^/]*$/, ''), entry.variable]] : [])));
}
