import type { Vector } from '../engine/vector';
import { EMPTY_STATE, type PerturbationInput, type PerturbationRule, type PerturbationState } from '../optim/perturbation';
import { perturbedGradient } from '../optim/perturbedGradient';
import type { PerturbationScope } from '../optim/scope';

/** How weights are perturbed. */
export interface ClimbSettings {
  readonly rule: PerturbationRule;
  readonly scope: PerturbationScope;
  readonly rho: number;
  /** Perturbed steps before this one. */
  readonly step: number;
}

/** For rules that read gradients of single images. */
export interface ImageGradients<V extends Vector> {
  /** Images in the batch. */
  readonly images?: number;
  readonly sampleGradient?: (point: V, index: number) => V;
}

/** From where, and along what. */
export interface ClimbInput<V extends Vector> extends ImageGradients<V> {
  /** w */
  readonly parameters: V;
  /** The gradient at w, or the base optimizer's momentum. */
  readonly direction: V;
  readonly state: PerturbationState<V>;
}

/** Where it leads. */
export interface Climbed<V extends Vector> {
  /** w + eps */
  readonly point: V;
  readonly state: PerturbationState<V>;
}

/**
 * The first phase of a step alone, for steps whose second phase comes later: the same climb as the whole step's.
 *
 * @throws Error if the rule asks for gradients at further points.
 */
export function climbedPoint<V extends Vector>({ rule, scope, rho, step }: ClimbSettings, { parameters, direction, state, ...images }: ClimbInput<V>): Climbed<V> {
  const reached: V[] = [];
  const { gradient, rule: next } = perturbedGradient<V, undefined>(
    {
      parameters,
      state: undefined,
      optimizer: { init: () => undefined, update: () => ({ parameters, state: undefined }), momentum: () => direction },
      learningRate: 0,
      rho,
      method: { step, rule: state, look: EMPTY_STATE },
      ...images,
      objective: (point) => {
        if (point === parameters) {
          return { loss: 0, gradient: direction.clone() };
        }
        reached.push(point.clone());
        return { loss: 0, gradient: point.zeros() };
      },
    },
    { rule: withOneGradient(rule), scope, groups: [undefined], keepFirst: false },
  );
  gradient.dispose();
  // A rule that refused numbers which are not finite has led nowhere: the second phase meets them at w.
  return { point: reached[0] ?? parameters.clone(), state: next };
}

/** The rule, which is refused gradients at further points. */
function withOneGradient(rule: PerturbationRule): PerturbationRule {
  const refusing = <V extends Vector>(input: PerturbationInput<V>): PerturbationInput<V> => ({
    ...input,
    gradientAt() {
      throw new Error(`SharpnessAwareOptimizer: the rule ${rule.name} asks for gradients at further points, and a climb without the loss cannot give them; use minimize.`);
    },
  });
  return {
    ...rule,
    ...(rule.prepare ? { prepare: (input) => rule.prepare!(refusing(input)) } : {}),
    perturb: (input) => rule.perturb(refusing(input)),
  };
}
