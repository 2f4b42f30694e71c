import { scaleTo } from '../engine/scaling';
import { shown } from '../engine/shown';
import type { Vector } from '../engine/vector';
import { withBothGradients } from './descent';
import type { Descent } from './step';
import { withTemporaries } from './temporaries';

/** How LookSAM saves second passes. */
export interface LookSettings {
  /** k: a second pass every k steps, 1 or more. Default: 5. */
  readonly every?: number;
  /** alpha: how strongly the steps in between follow the last second pass, 0 or more. Default: 0.1. */
  readonly alpha?: number;
}

/**
 * LookSAM: a second pass only in every k-th step. That pass gives g_v, the part of SAM's gradient orthogonal to the plain one, and
 * the steps in between go along
 *
 * g + alpha (|g| / |g_v|) g_v
 *
 * with g the gradient at w; along g itself if g_v is zero.
 *
 * @throws RangeError if k is no positive integer or alpha negative or not finite.
 * @source Liu et al. 2022 (arXiv 2203.02714), algorithm 1; alpha 0.1 is their choice on CIFAR.
 */
export function lookSam({ every = 5, alpha = 0.1 }: LookSettings = {}): Descent {
  if (!(Number.isSafeInteger(every) && every >= 1 && Number.isFinite(alpha) && alpha >= 0)) {
    throw new RangeError(`lookSam: expected a second pass every 1 or more whole steps and alpha of 0 or more, got ${shown(every)} and ${shown(alpha)}; the paper uses 5 and, on CIFAR, 0.1.`);
  }
  return (step, plain) => (input) => {
    const { method, optimizer } = input;
    const across = method.descent.vectors['across'];
    if (across === undefined || method.step % every === 0) {
      return withBothGradients(step, (gradient, perturbed) => ({ along: perturbed, kept: { across: orthogonalPart(gradient, perturbed) } }))(input);
    }
    const following: typeof optimizer = {
      ...optimizer,
      update: (parameters, gradient, state, learningRate) =>
        withTemporaries((own) => optimizer.update(parameters, own(gradient.tidy(() => lookedUpGradient(gradient, across, alpha), (made) => [made])), state, learningRate)),
    };
    return plain({ ...input, optimizer: following });
  };
}

/** Share of a gradient's length that rounding alone may leave, a few units in float32's last place: LookSAM would stretch this remainder to the gradient's own length. */
const ROUNDING = 2 ** -20;

/**
 * The part of one gradient orthogonal to another one: g_v = g_s - (g . g_s / |g|^2) g. Zero if g is, or if no more than rounding is left.
 *
 * @param gradient g; for LookSAM the one at w
 * @param perturbed g_s; for LookSAM the one at w + eps
 * @source Liu et al. 2022 (arXiv 2203.02714), section 3.2.
 */
export function orthogonalPart<V extends Vector>(gradient: V, perturbed: V): V {
  const norm = gradient.norm();
  if (norm === 0) {
    return gradient.zeros();
  }
  return gradient.tidy(
    () => {
      // Along the unit vector no product of two small or two large numbers is taken.
      const along = scaleTo(gradient, norm, 1);
      const across = perturbed.plus(along, -along.dot(perturbed));
      return across.norm() < ROUNDING * perturbed.norm() ? perturbed.zeros() : across;
    },
    (made) => [made],
  );
}

/** The gradient of a step without a second pass. */
export function lookedUpGradient<V extends Vector>(gradient: V, across: V, alpha: number): V {
  const norm = across.norm();
  return norm === 0 ? gradient.clone() : gradient.tidy(() => gradient.plus(scaleTo(across, norm, alpha * gradient.norm())), (made) => [made]);
}
