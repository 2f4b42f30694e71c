import type { Vector } from '../engine/vector';
import type { Optimizer } from './optimizer';
import { EMPTY_STATE, type PerturbationState } from './perturbation';

/** A loss and its gradient at a point. The caller owns the gradient. */
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
 * @param part the images to use, for steps that split the batch in groups. Default: all of them.
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

/** What a training step returns. */
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

/** What a method keeps from step to step, beside the base optimizer's state. */
export interface MethodState<V extends Vector> {
  /** Perturbed steps so far. */
  readonly step: number;
  readonly rule: PerturbationState<V>;
  /** What the descent keeps, such as LookSAM's share of the last second pass. */
  readonly descent: PerturbationState<V>;
}

/** The state before the first step. */
export const FIRST_STATE: MethodState<never> = { step: 0, rule: EMPTY_STATE, descent: EMPTY_STATE };

/** All vectors of a state. */
export function stateVectors<V extends Vector>({ rule, descent }: MethodState<V>): V[] {
  return [...Object.values(rule.vectors), ...Object.values(descent.vectors)];
}

/** Frees the vectors of a state that another one does not share. */
export function disposeReplaced<V extends Vector>(state: MethodState<V>, kept: MethodState<V>): void {
  const shared = new Set(stateVectors(kept));
  stateVectors(state).forEach((vector) => shared.has(vector) || vector.dispose());
}

/** What a sharpness-aware step needs. */
export interface SharpnessAwareInput<V extends Vector, State> extends StepInput<V, State> {
  /** Radius of the perturbation, 0 or more. */
  readonly rho: number;
  /** Taken over by the step. */
  readonly method: MethodState<V>;
  /** Images in the batch. Default: 1, for an objective without images. */
  readonly images?: number;
  /** The gradient of one image's loss at a point, with running batch-norm statistics, for rules that read such gradients. */
  readonly sampleGradient?: (parameters: V, index: number) => V;
  /** Whether the rule's state is this step's already, as for all groups of a batch but the first. Default: false. */
  readonly prepared?: boolean;
}

/** What a sharpness-aware step returns. */
export interface SharpnessAwareOutput<V extends Vector, State> extends StepOutput<V, State> {
  readonly method: MethodState<V>;
}

/** A step of a sharpness-aware method. If anything throws, neither weights nor states have changed. */
export type SharpnessAwareStep = <V extends Vector, State>(input: SharpnessAwareInput<V, State>) => SharpnessAwareOutput<V, State>;

/** A wrapper around a step that decides what the base optimizer steps along. `plain` is the step without a perturbation. */
export type Descent = (step: SharpnessAwareStep, plain: SharpnessAwareStep) => SharpnessAwareStep;
