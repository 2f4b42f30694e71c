import { clone, zerosLike, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { ParameterKind, ParameterSpec } from '../engine/vector';
import { TfjsVector } from './tfjsVector';

/** How `tf.layers` calls the weights that are no kernels. */
const LAYER_WEIGHTS: Readonly<Record<string, ParameterKind>> = { bias: 'bias', gamma: 'normScale', beta: 'normShift' };

/**
 * What kind of parameter a variable is, read from its name as `tf.layers` gives it: "conv2d_Conv2D1/bias" is a bias,
 * ".../gamma" and ".../beta" are scale and shift of a normalisation. Of all others, those with two axes or more are
 * weights, and the rest are biases.
 */
export function parameterKind({ name, rank }: Pick<Variable, 'name' | 'rank'>): ParameterKind {
  // A final number distinguishes weights of the same name.
  const [, last = ''] = /([^/]*?)(?:_\d+)?$/.exec(name) ?? [];
  return LAYER_WEIGHTS[last] ?? (rank >= 2 ? 'weight' : 'bias');
}

/** The variables that a step moves, as one point in the space of all of them. */
export class ParameterVariables {
  private readonly specs: readonly ParameterSpec[];

  constructor(
    readonly variables: readonly Variable[],
    kindOf: (variable: Variable) => ParameterKind,
  ) {
    this.specs = variables.map((variable) => ({ name: variable.name, kind: kindOf(variable), shape: variable.shape }));
  }

  /** Where the variables are now. */
  point(): TfjsVector {
    return new TfjsVector(this.specs, this.variables.map((variable) => clone(variable)));
  }

  /** Puts the variables at a point. */
  moveTo({ tensors }: TfjsVector): void {
    this.variables.forEach((variable, index) => variable.assign(tensors[index]!));
  }

  /** Copies tensors that have the variables' names; 0 where there is none. */
  vector(named: Readonly<Record<string, Tensor | null>>): TfjsVector {
    return new TfjsVector(
      this.specs,
      this.variables.map((variable) => {
        const found = named[variable.name];
        return found ? clone(found) : zerosLike(variable);
      }),
    );
  }

  /** A vector's tensors by the variables' names; they stay the vector's own. */
  named({ tensors }: TfjsVector): Record<string, Tensor> {
    return Object.fromEntries(this.variables.map(({ name }, index) => [name, tensors[index]!]));
  }
}
