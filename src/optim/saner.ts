import type { Vector } from '../engine/vector';
import { withBothGradients } from './descent';
import type { Descent } from './step';

/** How SANER weighs SAM's gradient. */
export interface SanerSettings {
  /** alpha: how much of an element that SAM makes smaller is taken off, in [0, 1]; 0 is SAM. Default: 0.5. */
  readonly alpha?: number;
  /** Perturbed steps over which alpha rises from 0 along a line. Default: 0, alpha from the first step on. */
  readonly rampSteps?: number;
}

/**
 * Sharpness-aware noise-explicit reweighting, against wrong labels: elements in which SAM's gradient g' at w + eps has the sign
 * of the plain one g and is smaller count less,
 *
 * (1 - alpha m) g', with m = 1 where 0 < g' / g < 1 and 0 elsewhere
 *
 * The authors let alpha rise over the first 50 of their epochs.
 *
 * @throws RangeError if alpha is outside [0, 1] or the ramp no whole number of 0 or more steps.
 * @source Luong et al. 2026 (arXiv 2411.17132v2), section 4.
 */
export function saner({ alpha = 0.5, rampSteps = 0 }: SanerSettings = {}): Descent {
  if (!(alpha >= 0 && alpha <= 1 && Number.isSafeInteger(rampSteps) && rampSteps >= 0)) {
    throw new RangeError(`saner: expected alpha in [0, 1] and 0 or more whole steps of ramp, got ${alpha} and ${rampSteps}; the paper uses 0.5.`);
  }
  return (step) => (input) => {
    const weight = alpha * Math.min(1, rampSteps === 0 ? 1 : input.method.step / rampSteps);
    return withBothGradients(step, (gradient, perturbed) => ({ along: perturbed.plus(perturbed.multiply(shrunk(gradient, perturbed)), -weight) }))(input);
  };
}

/** 1 in elements where 0 < g' / g < 1, and 0 elsewhere. */
function shrunk<V extends Vector>(gradient: V, perturbed: V): V {
  const signs = gradient.sign().multiply(perturbed.sign());
  const shorter = gradient.absPower(1).plus(perturbed.absPower(1), -1).sign();
  return positive(signs).multiply(positive(shorter));
}

/** 1 for each element of 1, and 0 for those of 0 and -1: (s + s^2) / 2. */
function positive<V extends Vector>(signs: V): V {
  return signs.plus(signs.multiply(signs)).times(0.5);
}
