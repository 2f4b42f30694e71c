import type { Vector } from '../engine/vector';
import type { Optimizer } from './optimizer';
import { EMPTY_STATE } from './perturbation';
import type { SharpnessAwareStep } from './step';
import { withTemporaries } from './temporaries';

/** Where a step goes once both of its gradients are known. */
export interface Course<V extends Vector> {
  /** What the base optimizer steps along. */
  readonly along: V;
  /** What w moves along beside the base step: w -= learningRate apart, without the base optimizer's momentum. */
  readonly apart?: V;
  /** What is kept for the next steps, by name. */
  readonly kept?: Readonly<Record<string, V>>;
}

/** Decides on a course. Vectors that it makes and does not return are freed. */
export type Steer = <V extends Vector>(gradient: V, perturbed: V) => Course<V>;

/**
 * A step whose course follows from both of its gradients: g at w, and g' at w + eps, each a mean over the groups where the
 * batch is split. The base optimizer is called once, with what `steer` decides.
 */
export function withBothGradients(step: SharpnessAwareStep, steer: Steer): SharpnessAwareStep {
  return (input) => {
    type V = typeof input.parameters;
    let first: { readonly sum: V; readonly count: number } | undefined;
    let kept: Readonly<Record<string, V>> = {};
    return withTemporaries((own) => {
      own({ dispose: () => first?.sum.dispose() });
      const optimizer: typeof input.optimizer = {
        ...input.optimizer,
        update(parameters, perturbed, state, learningRate) {
          const gradient = first!.count === 1 ? first!.sum : own(first!.sum.times(1 / first!.count));
          const course = perturbed.tidy(() => steer(gradient, perturbed), ({ along, apart, kept: names = {} }) => [along, apart, ...Object.values(names)]);
          kept = course.kept ?? {};
          return alongCourse(input.optimizer, { parameters, state, learningRate }, course, [gradient, perturbed]);
        },
      };
      const output = step({
        ...input,
        optimizer,
        objective(parameters, phase, part) {
          const pass = input.objective(parameters, phase, part);
          if (phase === 'first') {
            const before = first;
            first = { sum: before ? before.sum.plus(pass.gradient) : pass.gradient.clone(), count: (before?.count ?? 0) + 1 };
            before?.sum.dispose();
          }
          return pass;
        },
      });
      return { ...output, method: { ...output.method, descent: Object.keys(kept).length === 0 ? EMPTY_STATE : { numbers: {}, vectors: kept } } };
    });
  };
}

/** The base step along a course; frees what the course is made of, except what it shares with `others` and what it keeps. */
function alongCourse<V extends Vector, State>(
  optimizer: Optimizer<V, State>,
  { parameters, state, learningRate }: { readonly parameters: V; readonly state: State; readonly learningRate: number },
  { along, apart, kept = {} }: Course<V>,
  others: readonly V[],
): { readonly parameters: V; readonly state: State } {
  const spared = [...others, ...Object.values(kept)];
  try {
    const updated = optimizer.update(parameters, along, state, learningRate);
    if (apart) {
      updated.parameters.addScaledInPlace(apart, -learningRate);
    }
    return updated;
  } catch (error) {
    Object.values(kept).forEach((vector) => others.includes(vector) || vector.dispose());
    throw error;
  } finally {
    [along, apart].forEach((vector) => vector && !spared.includes(vector) && vector.dispose());
  }
}
