import type { Vector } from '../engine/vector';
import { checkPerturbation } from './checkPerturbation';
import type { PerturbationInput, PerturbationRule, PerturbationState } from './perturbation';
import { inScope, plusInScope, replaceInScope, type PerturbationScope } from './scope';
import type { SharpnessAwareInput } from './sharpnessAware';
import type { BatchPart, LossAndGradient } from './step';
import { withTemporaries } from './temporaries';

/** A gradient to step along, and what its computation left. All vectors belong to whoever asked. */
export interface FoundGradient<V extends Vector> {
  /** Loss in the first phase, a mean over the groups. */
  readonly loss: number;
  readonly gradient: V;
  /** The gradient at w, where it was asked for. */
  readonly first?: V;
  /** State of the rule after the step. */
  readonly rule: PerturbationState<V>;
  /** Gradients of single images' losses that were computed. */
  readonly imageGradients: number;
}

/** How the gradient at w + eps is found. */
export interface Climb {
  readonly rule: PerturbationRule;
  readonly scope: PerturbationScope;
  readonly groups: readonly (BatchPart | undefined)[];
  /** Whether the gradient at w is wanted beside the one at w + eps. */
  readonly keepFirst: boolean;
}

/** The gradient at w + eps, a mean over the groups, each with an eps of its own. If anything throws, nothing has changed. */
export function perturbedGradient<V extends Vector, State>(input: SharpnessAwareInput<V, State>, climb: Climb): FoundGradient<V> {
  const climbing = new Climbing(input, climb);
  const sums = new GradientSums<V>(climb.groups.length);
  try {
    climb.groups.forEach((part, index) => sums.add(climbing.group(part, index === 0)));
    return { ...sums.means(), rule: climbing.rule, imageGradients: climbing.imageGradients };
  } catch (error) {
    sums.dispose();
    disposeReplaced(climbing.rule, input.method.rule);
    throw error;
  }
}

/** The gradient at w, a mean over the groups. */
export function firstGradient<V extends Vector, State>({ parameters, objective, method, images = 1 }: SharpnessAwareInput<V, State>, groups: Climb['groups']): FoundGradient<V> {
  const sums = new GradientSums<V>(groups.length);
  try {
    groups.forEach((part) => sums.add(objective(parameters, 'first', part)));
    return { ...sums.means(), rule: method.rule, imageGradients: images };
  } catch (error) {
    sums.dispose();
    throw error;
  }
}

/** Frees the vectors of a state that another one does not share. */
export function disposeReplaced<V extends Vector>(state: PerturbationState<V>, kept: PerturbationState<V>): void {
  const shared = new Set(Object.values(kept.vectors));
  Object.values(state.vectors)
    .filter((vector) => !shared.has(vector))
    .forEach((vector) => vector.dispose());
}

interface GroupGradient<V extends Vector> extends LossAndGradient<V> {
  readonly first?: V | undefined;
}

/** Means over groups of equal size. A single group's vectors are handed on as they are. */
class GradientSums<V extends Vector> {
  private loss = 0;
  private gradient: V | undefined;
  private first: V | undefined;

  constructor(private readonly groups: number) {}

  add({ loss, gradient, first }: GroupGradient<V>): void {
    this.loss += loss / this.groups;
    this.gradient = this.share(this.gradient, gradient);
    this.first = first && this.share(this.first, first);
  }

  private share(sum: V | undefined, vector: V): V {
    if (this.groups === 1) {
      return vector;
    }
    return withTemporaries((own) => {
      own(vector);
      if (sum === undefined) {
        return vector.times(1 / this.groups);
      }
      sum.addScaledInPlace(vector, 1 / this.groups);
      return sum;
    });
  }

  means(): { readonly loss: number; readonly gradient: V; readonly first?: V } {
    return { loss: this.loss, gradient: this.gradient!, ...(this.first ? { first: this.first } : {}) };
  }

  dispose(): void {
    [this.gradient, this.first].forEach((vector) => vector?.dispose());
  }
}

/** One step's climbs, group after group. */
class Climbing<V extends Vector, State> {
  rule: PerturbationState<V>;
  imageGradients = 0;
  /** Whether all that the rule was given is finite, so that what is not comes from the rule. */
  private finite = true;

  constructor(
    private readonly input: SharpnessAwareInput<V, State>,
    private readonly climb: Climb,
  ) {
    this.rule = input.method.rule;
  }

  group(part: BatchPart | undefined, prepare: boolean): GroupGradient<V> {
    const { input, climb } = this;
    if (climb.rule.climbsAlong === 'momentum') {
      return withTemporaries((own) => {
        const point = this.climbed(momentumOf(input, climb.rule), part, prepare);
        return this.evaluate(point ? own(point) : input.parameters, 'first', part);
      });
    }
    const first = this.evaluate(input.parameters, 'first', part);
    return withTemporaries((own) => {
      if (!Number.isFinite(first.loss)) {
        // There is no direction to climb; the training loop sees the loss and ends the run.
        return first;
      }
      const kept = climb.keepFirst ? first.gradient : own(first.gradient);
      try {
        const point = this.climbed(kept, part, prepare);
        if (point === undefined) {
          return { loss: first.loss, gradient: kept.clone(), ...(climb.keepFirst ? { first: kept } : {}) };
        }
        own(point);
        if (!climb.keepFirst) {
          // As large as the weights; the second pass, where memory is shortest, does without it.
          kept.dispose();
        }
        const { gradient } = this.evaluate(point, 'perturbed', part);
        return { loss: first.loss, gradient, ...(climb.keepFirst ? { first: kept } : {}) };
      } catch (error) {
        if (climb.keepFirst) {
          kept.dispose();
        }
        throw error;
      }
    });
  }

  private evaluate(point: V, phase: 'first' | 'perturbed', part: BatchPart | undefined): LossAndGradient<V> {
    const { images = 1, objective } = this.input;
    this.imageGradients += part ? part.end - part.start : images;
    return objective(point, phase, part);
  }

  /**
   * w + eps; undefined if the rule threw because it was given numbers that are not finite. That is a run which diverges, and
   * the step then goes along the same numbers, so that the training loop sees it and ends the run with what it has.
   */
  private climbed(along: V, part: BatchPart | undefined, prepare: boolean): V | undefined {
    try {
      return this.climbedPoint(along, part, prepare);
    } catch (error) {
      if (this.finite && isFiniteVector(along) && isFiniteVector(this.input.parameters)) {
        throw error;
      }
      return undefined;
    }
  }

  private climbedPoint(along: V, part: BatchPart | undefined, prepare: boolean): V {
    const { input, climb } = this;
    return withTemporaries((own) => {
      const seen = this.ruleInput(own(inScope(input.parameters, climb.scope)), own(inScope(along, climb.scope)), part);
      if (prepare && climb.rule.prepare) {
        this.rule = climb.rule.prepare(seen);
      }
      const perturbation = climb.rule.perturb({ ...seen, state: this.rule });
      // What the rule was given has its owner already, and a rule from a notebook may return nothing at all.
      const owned: readonly (V | undefined)[] = [seen.gradient, seen.parameters, ...Object.values(this.rule.vectors)];
      own({ dispose: () => (owned.includes(perturbation) ? undefined : (perturbation as V | undefined)?.dispose()) });
      checkPerturbation(climb.rule.name, perturbation, seen, this.finite);
      return plusInScope(input.parameters, perturbation, climb.scope);
    });
  }

  private ruleInput(parameters: V, gradient: V, part: BatchPart | undefined): PerturbationInput<V> {
    const { input, climb } = this;
    const { start, end } = part ?? { start: 0, end: input.images ?? 1 };
    return {
      parameters,
      gradient,
      state: this.rule,
      rho: input.rho,
      step: input.method.step,
      samples: end - start,
      gradientAt: (point) =>
        withTemporaries((own) => {
          const there = own(replaceInScope(input.parameters, point, climb.scope));
          return this.given(own(this.evaluate(there, 'perturbed', part).gradient));
        }),
      sampleGradient: (index) =>
        withTemporaries((own) => {
          if (input.sampleGradient === undefined) {
            throw new Error(`sharpnessAware: ${climb.rule.name} reads gradients of single images, which this objective does not give; pass sampleGradient.`);
          }
          this.imageGradients++;
          return this.given(own(input.sampleGradient(input.parameters, start + index)));
        }),
    };
  }

  /** What the rule gets of a gradient. */
  private given(gradient: V): V {
    this.finite &&= isFiniteVector(gradient);
    return inScope(gradient, this.climb.scope);
  }
}

/** Whether all elements are finite, however large: 0 times an infinity is NaN. */
function isFiniteVector(vector: Vector): boolean {
  return withTemporaries((own) => own(vector.times(0)).norm() === 0);
}

function momentumOf<V extends Vector, State>({ optimizer, state }: SharpnessAwareInput<V, State>, rule: PerturbationRule): V {
  const momentum = optimizer.momentum?.(state);
  if (momentum === undefined) {
    throw new Error(`sharpnessAware: ${rule.name} climbs along the base optimizer's momentum, and this optimizer keeps none; use sgd, or another rule.`);
  }
  return momentum;
}
