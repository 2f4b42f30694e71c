import type { Optimizer, Variable } from '@tensorflow/tfjs-core';

/** What a base optimizer keeps of one variable, from its first step on. */
interface Kept {
  readonly variable: Variable;
}

/** Where TensorFlow.js keeps momentum. `getWeights` gives the same, but through a promise, and a step cannot wait. */
interface Internals {
  /** tf.train.momentum */
  readonly accumulations?: readonly (Kept | undefined)[];
  /** tf.train.adam, tf.train.adamax */
  readonly accumulatedFirstMoment?: readonly (Kept | undefined)[];
}

/**
 * The momentum of a base optimizer, by the variables that it moves. TensorFlow.js finds it by their position in a step, not by the
 * names stored with it: the names of a loaded model differ from those of the model that was saved.
 */
export class BaseMomentum {
  /** Names of the variables of the last step, in its order. */
  private order: readonly string[] | undefined;
  /** The list that this order belongs to; loading a state makes another. */
  private ordered: readonly (Kept | undefined)[] | undefined;

  constructor(private readonly base: Optimizer) {}

  /** Whether there is momentum whose variables are not known: it was loaded, or made without this wrapper. */
  get isUnplaced(): boolean {
    return this.kept.length > 0 && this.ordered !== this.kept;
  }

  /** To be called after each step of the base optimizer. @param names of the variables, in the order of their gradients. */
  stepped(names: readonly string[]): void {
    if (this.find() !== undefined) {
      this.order = names;
      this.ordered = this.kept;
    }
  }

  /**
   * The momentum by the names of variables: only of those that were in a step, so none before the first step.
   *
   * @param next the variables of the step to come in the order of their gradients, for momentum that is unplaced.
   * @throws TypeError if the base optimizer has no momentum; Error if momentum that is unplaced is not of as many variables, of the same shapes.
   */
  byName(next: readonly Variable[]): Readonly<Record<string, Variable>> {
    const { kept } = this;
    if (this.isUnplaced) {
      checkPlaces(kept, next);
      return named(next.map(({ name }) => name), kept);
    }
    return named(kept.length === 0 ? [] : this.order!, kept);
  }

  private find(): readonly (Kept | undefined)[] | undefined {
    const { accumulations, accumulatedFirstMoment } = this.base as unknown as Internals;
    return accumulations ?? accumulatedFirstMoment;
  }

  private get kept(): readonly (Kept | undefined)[] {
    const kept = this.find();
    if (kept === undefined) {
      throw new TypeError(`SharpnessAwareOptimizer: the rule ascends along momentum, and ${this.base.getClassName()} has none; wrap tf.train.momentum or tf.train.adam.`);
    }
    return kept;
  }
}

function named(names: readonly string[], kept: readonly (Kept | undefined)[]): Readonly<Record<string, Variable>> {
  return Object.fromEntries(names.flatMap((name, position) => (kept[position] ? [[name, kept[position].variable]] : [])));
}

/** Momentum that went to other variables, or to none, would change the training silently. */
function checkPlaces(kept: readonly (Kept | undefined)[], next: readonly Variable[]): void {
  const text = (shapes: readonly (readonly number[] | undefined)[]): string => `${shapes.length} variables (${shapes.map((shape) => `[${shape?.join(', ') ?? ''}]`).join(', ')})`;
  const [found, expected] = [text(kept.map((entry) => entry?.variable.shape)), text(next.map(({ shape }) => shape))];
  if (found !== expected) {
    throw new Error(
      `SharpnessAwareOptimizer: the base optimizer holds momentum of ${found}, and this step moves ${expected}; load the state that was saved with this model, or wrap a new optimizer, whose momentum starts at 0.`,
    );
  }
}
