import { interleavedNorms, scaleTo } from '../engine/scaling';
import { shown } from '../engine/shown';
import { PARAMETER_KINDS, type ParameterKind, type ParameterSpec, type Vector } from '../engine/vector';
import { checkRho, type PerturbationRule } from './perturbation';

/** What ASAM takes as the size of an element. */
export type AsamScaling = 'element' | 'filter' | 'layer';

/** How ASAM measures a perturbation. */
export interface AsamSettings {
  /** eta, added to the scale so that weights at 0 move too, 0 or more. Default: 0.01. */
  readonly eta?: number;
  /** `element`: |w| of each element. `filter`: the norm of its filter for convolutions, |w| for all others. `layer`: the norm of its whole tensor. */
  readonly scaling?: AsamScaling;
  /** The kinds of parameters that are scaled; on the others T_w is the identity. Default: ['weight']. */
  readonly scaledKinds?: readonly ParameterKind[];
}

/**
 * Adaptive sharpness-aware minimisation, whose ball stretches with the weights:
 *
 * eps = rho T_w^2 g / |T_w g|_2, with T_w = |w| + eta
 *
 * so that scaling one layer up and the next down by as much, which does not change the function, does not change the
 * sharpness either (for eta = 0). It needs a radius 10 times SAM's: 0.5 on CIFAR-10, 1.0 on CIFAR-100.
 *
 * The paper's section 5 scales only weights, the default here. Its authors' code scales every parameter whose name contains
 * "weight", batch-norm scales among them: `scaledKinds: ['weight', 'normScale']`.
 *
 * @throws RangeError if eta is negative or not finite.
 * @source Kwon et al. 2021 (arXiv 2102.11600), eqs. 4 to 6 and 10; T_w only on weights as in their section 5.
 */
export function asam({ eta = 0.01, scaling = 'element', scaledKinds = ['weight'] }: AsamSettings = {}): PerturbationRule {
  if (!(Number.isFinite(eta) && eta >= 0)) {
    throw new RangeError(`asam: expected eta of 0 or more, got ${shown(eta)}; the paper uses 0.01.`);
  }
  return {
    name: 'ASAM',
    perturb({ parameters, gradient, rho }) {
      checkRho('asam', rho);
      const scale = adaptiveScale(parameters, { eta, scaling, scaledKinds });
      const largest = gradient.norm(Infinity);
      if (largest === 0) {
        return gradient.zeros();
      }
      // Of a gradient of size 1: products of small or large elements and scales would vanish or overflow.
      const scaledGradient = scale.multiply(scaleTo(gradient, largest, 1));
      const norm = scaledGradient.norm();
      return norm === 0 ? gradient.zeros() : scale.multiply(scaleTo(scaledGradient, norm, rho));
    },
  };
}

/** The diagonal of T_w. */
export function adaptiveScale<V extends Vector>(parameters: V, { eta, scaling, scaledKinds }: Required<AsamSettings>): V {
  return parameters.tidy(
    () => {
      const ones = parameters.absPower(0);
      const sizes = scaling === 'element' ? parameters.absPower(1) : groupNorms(parameters, scaling);
      const scale = parameters.zeros();
      scale.addScaledInPlace(sizes, 1, scaledKinds);
      scale.addScaledInPlace(ones, eta, scaledKinds);
      scale.addScaledInPlace(ones, 1, PARAMETER_KINDS.filter((kind) => !scaledKinds.includes(kind)));
      return scale;
    },
    (scale) => [scale],
  );
}

/** Each element becomes the 2-norm of its layer, or of its filter; outside of convolutions filters are single elements. */
function groupNorms<V extends Vector>(parameters: V, scaling: 'filter' | 'layer'): V {
  const groupCount = ({ shape }: ParameterSpec, size: number): number => (scaling === 'layer' ? 1 : shape.length === 4 ? shape[3]! : size);
  return parameters.withElements(
    parameters.toArrays().map((array, index) => {
      const groups = groupCount(parameters.specs[index]!, array.length);
      // Filters are the last axis.
      const norms = interleavedNorms(array, groups);
      return array.map((_, element) => norms[element % groups]!);
    }),
  );
}
