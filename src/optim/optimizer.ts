import type { Vector } from '../engine/vector';

/**
 * A base optimizer as a pair of functions. `update` takes parameters and state over from the caller
 * and hands back new ones, which may use the same memory: clone what has to survive.
 */
export interface Optimizer<V extends Vector, State> {
  /** State before the first step. */
  init(parameters: V): State;
  /** One step along a gradient, which it may overwrite and does not dispose of. */
  update(parameters: V, gradient: V, state: State, learningRate: number): { readonly parameters: V; readonly state: State };
  /** The accumulated gradients within a state, which stay the state's own; left out by optimizers without momentum. */
  momentum?(state: State): V;
}
