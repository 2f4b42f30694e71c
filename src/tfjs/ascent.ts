import type { ParameterKind, Vector } from '../engine/vector';
import { ascend, type Ascent } from '../optim/ascend';
import type { PerturbationRule, PerturbationState } from '../optim/perturbation';
import { onKinds } from '../optim/perturbedKinds';

/** How weights are perturbed. */
export interface AscentSettings {
  readonly rule: PerturbationRule;
  readonly kinds: readonly ParameterKind[];
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
export interface AscentInput<V extends Vector> extends ImageGradients<V> {
  /** w */
  readonly parameters: V;
  /** The gradient at w, or the base optimizer's momentum. */
  readonly direction: V;
  readonly state: PerturbationState<V>;
}

/**
 * Only the first phase of a step, for steps whose second phase comes later: the same ascent as the whole step's.
 *
 * @throws Error if the rule asks for gradients at further points.
 */
export function ascentPoint<V extends Vector>({ rule, kinds, rho, step }: AscentSettings, { parameters, direction, state, images = 1, sampleGradient }: AscentInput<V>): Ascent<V> {
  return ascend(onKinds(rule, kinds), {
    parameters,
    gradient: direction,
    state,
    rho,
    step,
    batchSize: images,
    gradientAt() {
      throw new Error(`SharpnessAwareOptimizer: the rule ${rule.name} asks for gradients at further points, and an ascent without the loss cannot give them; use minimize.`);
    },
    sampleGradient(index) {
      if (sampleGradient === undefined) {
        throw new Error(`sharpnessAware: ${rule.name} reads gradients of single images, which this objective does not give; pass sampleGradient.`);
      }
      return sampleGradient(parameters, index);
    },
  });
}
