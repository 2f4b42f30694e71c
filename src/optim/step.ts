import type { Vector } from '../engine/vector';
import type { Optimizer } from './optimizer';

/** A loss and its gradient at a point. The gradient belongs to whoever asked for it. */
export interface LossAndGradient<V extends Vector> {
  readonly loss: number;
  readonly gradient: V;
}

/** Some images of a batch: those from `start` to before `end`. */
export interface BatchPart {
  readonly start: number;
  readonly end: number;
}

/**
 * Computes the mean loss of one batch and its gradient.
 *
 * @param phase `first` where batch-norm statistics move, at w unless a rule says otherwise; `perturbed` at w + eps, where they must not.
 * @param part the images that are meant, for steps that split the batch in groups; all of them if left out.
 */
export type Objective<V extends Vector> = (parameters: V, phase: 'first' | 'perturbed', part?: BatchPart) => LossAndGradient<V>;

/** What a training step needs. */
export interface StepInput<V extends Vector, State> {
  /** Taken over by the step. */
  readonly parameters: V;
  /** Taken over by the step. */
  readonly state: State;
  readonly objective: Objective<V>;
  readonly optimizer: Optimizer<V, State>;
  readonly learningRate: number;
}

/** What a training step leaves. */
export interface StepOutput<V extends Vector, State> {
  readonly parameters: V;
  readonly state: State;
  /** Loss in the first phase, before the step. */
  readonly loss: number;
  /** Number of gradients that were computed; one of a part of the batch counts as that part. */
  readonly gradientEvaluations: number;
}

/** A way to make one training step out of a base optimizer. */
export type Step = <V extends Vector, State>(input: StepInput<V, State>) => StepOutput<V, State>;

/** The base optimizer alone: gradient at w, step. */
export const plainStep: Step = ({ parameters, state, objective, optimizer, learningRate }) => {
  const { loss, gradient } = objective(parameters, 'first');
  try {
    return { ...optimizer.update(parameters, gradient, state, learningRate), loss, gradientEvaluations: 1 };
  } finally {
    gradient.dispose();
  }
};
