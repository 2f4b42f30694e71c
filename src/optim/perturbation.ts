import { shown } from '../engine/shown';
import type { Vector } from '../engine/vector';

/** What a rule keeps from step to step. A checkpoint stores all of it, so that a resumed run continues with the same numbers. */
export interface PerturbationState<V extends Vector> {
  readonly numbers: Readonly<Record<string, number>>;
  readonly vectors: Readonly<Record<string, V>>;
}

/** What a rule sees. The vectors belong to the step: a rule changes none of them and clones what it keeps. */
export interface PerturbationInput<V extends Vector> {
  /** w, or that part of it which may be perturbed. */
  readonly parameters: V;
  /** What to ascend along, of the same layout as `parameters`: the gradient g at w, unless the rule asks for another direction. */
  readonly gradient: V;
  /** What the rule's `prepare` returned last; empty before the first step and for a rule without one. */
  readonly state: PerturbationState<V>;
  /** Radius of the perturbation in this step, 0 or more. */
  readonly rho: number;
  /** Perturbed steps before this one. */
  readonly step: number;
  /** The gradient of the same loss at another point. It counts as an evaluation; the caller disposes of it. */
  readonly gradientAt: (point: V) => V;
  /** Images in the batch. */
  readonly batchSize: number;
  /** The gradient at w of one image's loss, with running batch-norm statistics. The caller disposes of it. @throws Error for an objective that has no images. */
  readonly sampleGradient: (index: number) => V;
}

/**
 * How a method perturbs the weights: (parameters, gradient, state, rho) -> eps. Steps, groups and
 * schedules are built around it. With
 *
 *     const mine = { name: 'mine', perturb: ({ gradient, rho }) => gradient.times(rho / gradient.norm()) };
 *
 * training is that of SAM. Rules are written against `Vector`, so that they run on native tensors and on plain arrays.
 */
export interface PerturbationRule {
  /** Names the rule in messages and checkpoints. */
  readonly name: string;
  /** What `gradient` is: the gradient at w (default), or the base optimizer's momentum, which saves the pass at w. */
  readonly ascendsAlong?: 'gradient' | 'momentum';
  /** Numbers of the state that the history of a training keeps. */
  readonly logs?: readonly string[];
  /** The state for this step, made once a step, from the first group where a batch is split in groups. Vectors that it leaves out are disposed of. */
  prepare?<V extends Vector>(input: PerturbationInput<V>): PerturbationState<V>;
  /** eps, of the layout of `parameters`, all elements finite; a zero gradient gives zero. The step disposes of it. */
  perturb<V extends Vector>(input: PerturbationInput<V>): V;
}

/** The state before the first step. */
export const EMPTY_STATE: PerturbationState<never> = { numbers: {}, vectors: {} };

/** Checks a radius. @throws RangeError unless it is a finite number, 0 or more: a mere comparison takes '' and [] for 0, and true for 1. */
export function checkRho(caller: string, rho: number): void {
  if (!(Number.isFinite(rho) && rho >= 0)) {
    throw new RangeError(`${caller}: expected a radius rho of 0 or more, got ${shown(rho)}; SAM's paper uses 0.05 on CIFAR-10.`);
  }
}
