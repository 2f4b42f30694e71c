import { withBothGradients } from './descent';
import type { Descent } from './step';

/** How WSAM weighs sharpness. */
export interface WsamSettings {
  /** gamma in [0, 1): 0 is the base optimizer, and 0.5 without decoupling is SAM; above it sharpness counts more. Default: 0.9. */
  readonly gamma?: number;
  /** Whether the sharpness moves w beside the base step, without its momentum. Default: true, as in the paper's algorithm. */
  readonly decoupled?: boolean;
}

/**
 * Weighted sharpness as a regularisation term, of the loss L(w) + gamma / (1 - gamma) (L(w + eps) - L(w)).
 *
 * Decoupled, the base optimizer steps along g, the gradient at w, and then
 *
 * w -= learningRate gamma / (1 - gamma) (g' - g)
 *
 * with g' the gradient at w + eps. Otherwise the base step goes along g + gamma / (1 - gamma) (g' - g).
 *
 * @throws RangeError if gamma is outside [0, 1); in the step, if it is decoupled and only the base optimizer
 * knows the learning rate, as around optimizers of TensorFlow.js.
 * @source Yue et al. 2023 (arXiv 2305.15817), algorithm 1 and equation 8.
 */
export function wsam({ gamma = 0.9, decoupled = true }: WsamSettings = {}): Descent {
  if (!(gamma >= 0 && gamma < 1)) {
    throw new RangeError(`wsam: expected gamma in [0, 1), got ${gamma}; 0.5 without decoupling is SAM, and the authors use 0.5 to 0.95.`);
  }
  const weight = gamma / (1 - gamma);
  return (step) => (input) => {
    if (decoupled && !Number.isFinite(input.learningRate)) {
      throw new RangeError('wsam: the decoupled step needs the learning rate, which this base optimizer keeps to itself; pass decoupled: false.');
    }
    return withBothGradients(step, (gradient, perturbed) => {
      const sharpness = perturbed.plus(gradient, -1);
      return decoupled ? { along: gradient, apart: sharpness.times(weight) } : { along: gradient.plus(sharpness, weight) };
    })(input);
  };
}
