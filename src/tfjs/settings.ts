import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import type { ParameterKind } from '../engine/vector';
import type { Descent } from '../optim/step';
import type { PerturbationRule } from '../optim/perturbation';

/** The images of the present batch one by one, for rules that read gradients of single images (SSAM's Fisher mask). */
export interface BatchImages {
  /** Images in the batch. */
  count(): number;
  /** The loss of one of them, with running batch-norm statistics (`training: false`). */
  loss(index: number): Scalar;
}

/** How a `SharpnessAwareOptimizer` perturbs. */
export interface SharpnessAwareOptimizerSettings {
  /** Radius of the perturbation, 0 or more; SAM's paper uses 0.05 on CIFAR-10. */
  readonly rho: number;
  /** How the weights are perturbed. Default: SAM in the 2-norm. */
  readonly rule?: PerturbationRule;
  /** The kinds of parameters that are perturbed. Default: all. */
  readonly kinds?: readonly ParameterKind[];
  /** What the base optimizer steps along, such as `lookSam()`. Default: the gradient at w + eps. */
  readonly descent?: Descent;
  /** What kind of parameter a variable is, for `kinds` and for rules that tell kinds apart; read from names as `tf.layers` gives them. */
  readonly kindOf?: (variable: Variable) => ParameterKind;
  readonly images?: BatchImages;
}

/** The compiler checks that no name of the interface is missing. */
const KNOWN: { readonly [Key in keyof Required<SharpnessAwareOptimizerSettings>]: true } = { rho: true, rule: true, kinds: true, descent: true, kindOf: true, images: true };

/** Checks the names of settings, for code without types: a misspelt one would change nothing, silently. @throws RangeError for a name that is none. */
export function checkSettingNames(settings: object): void {
  const unknown = Object.keys(settings).find((name) => !Object.hasOwn(KNOWN, name));
  if (unknown !== undefined) {
    throw new RangeError(`SharpnessAwareOptimizer: there is no setting ${unknown}; expected ${Object.keys(KNOWN).join(', ')}. Settings of a rule go to it, such as sam({ p: 1 }).`);
  }
}
