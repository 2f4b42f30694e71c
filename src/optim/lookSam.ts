import { scaleTo } from '../engine/scaling';
import type { Vector } from '../engine/vector';
import { withTemporaries } from './temporaries';

/** How LookSAM saves second passes. */
export interface LookSettings {
  /** k: a second pass every k steps, 1 or more. */
  readonly every: number;
  /** alpha: how strongly the steps in between follow the last second pass, 0 or more. */
  readonly alpha: number;
}

/** Checks the settings. @throws RangeError if one is out of range. */
export function checkLook({ every, alpha }: LookSettings): void {
  if (!(Number.isSafeInteger(every) && every >= 1 && alpha >= 0 && alpha < Infinity)) {
    throw new RangeError(`lookSam: expected a second pass every 1 or more whole steps and alpha of 0 or more, got ${every} and ${alpha}; the paper uses 5 and, on CIFAR, 0.1.`);
  }
}

/**
 * The part of SAM's gradient across the plain one, which changes slowly and is kept for the next steps:
 * g_v = g_s - (g . g_s / |g|^2) g. Zero if g is.
 *
 * @param gradient g, at w
 * @param perturbed g_s, at w + eps
 * @source Liu et al. 2022 (arXiv 2203.02714), section 3.2.
 */
export function acrossGradient<V extends Vector>(gradient: V, perturbed: V): V {
  const norm = gradient.norm();
  if (norm === 0) {
    return gradient.zeros();
  }
  return withTemporaries((own) => {
    // Along the unit vector no product of two small or two large numbers is taken.
    const along = own(scaleTo(gradient, norm, 1));
    return perturbed.plus(along, -along.dot(perturbed));
  });
}

/**
 * The gradient of a step without a second pass: g + alpha (|g| / |g_v|) g_v; g itself if g_v is zero.
 *
 * @source Liu et al. 2022 (arXiv 2203.02714), algorithm 1.
 */
export function lookedUpGradient<V extends Vector>(gradient: V, across: V, alpha: number): V {
  const norm = across.norm();
  return norm === 0 ? gradient.clone() : withTemporaries((own) => gradient.plus(own(scaleTo(across, norm, alpha * gradient.norm()))));
}
