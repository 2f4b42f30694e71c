import { clone, engine, keep, type Tensor, type Variable } from '@tensorflow/tfjs-core';

/** All variables of TensorFlow.js: weights, batch-norm statistics, states of optimizers. */
export function allVariables(): Variable[] {
  return Object.values(engine().registeredVariables);
}

/**
 * The values that some variables have now. It costs no copy: a variable that is assigned to gets a new tensor, and
 * the snapshot holds the old one.
 */
export class VariableSnapshot {
  private readonly values: readonly (readonly [Variable, Tensor])[];

  constructor(variables: readonly Variable[]) {
    this.values = variables.map((variable) => [variable, keep(clone(variable))]);
  }

  /** Gives every variable its value back, bit for bit, and forgets the values. */
  restore(): void {
    for (const [variable, value] of this.values) {
      if (variable.dataId !== value.dataId && !variable.isDisposed) {
        variable.assign(value);
      }
      value.dispose();
    }
  }
}
