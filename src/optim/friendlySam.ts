import { scaleTo } from '../engine/scaling';
import { checkRho, type PerturbationRule } from './perturbation';

/** How Friendly SAM separates the batch's own part of the gradient. */
export interface FriendlySamSettings {
  /** sigma: how much of the running mean is taken off, 0 (SAM) or more. Default: 1. */
  readonly sigma?: number;
  /** lambda: the share of the mean that each step keeps, in [0, 1). Default: 0.9. */
  readonly lambda?: number;
}

/**
 * Friendly SAM: the ascent leaves out the gradient of the whole training set, of which a running mean over the steps is an
 * estimate, and keeps the batch's own noise:
 *
 * m = lambda m + (1 - lambda) g, which starts at the first g; d = g - sigma m; eps = rho d / |d|_2
 *
 * In the first step, and wherever d is zero, it is SAM: eps = rho g / |g|_2.
 * The authors' code subtracts the mean of the step before; for sigma = 1 that is the same direction.
 *
 * @throws RangeError if sigma is negative or not finite, or lambda outside [0, 1).
 * @source Li et al. 2024 (arXiv 2403.12350), algorithm 1.
 */
export function friendlySam({ sigma = 1, lambda = 0.9 }: FriendlySamSettings = {}): PerturbationRule {
  if (!(sigma >= 0 && sigma < Infinity && lambda >= 0 && lambda < 1)) {
    throw new RangeError(`friendlySam: expected sigma of 0 or more and lambda in [0, 1), got ${sigma} and ${lambda}; the paper uses 1 and 0.9.`);
  }
  return {
    name: 'Friendly SAM',
    prepare({ gradient, state }) {
      const before = state.vectors['mean'];
      return { numbers: {}, vectors: { mean: before ? before.times(lambda).plus(gradient, 1 - lambda) : gradient.clone() } };
    },
    perturb({ gradient, state, step, rho }) {
      checkRho('friendlySam', rho);
      const own = step === 0 ? gradient : gradient.plus(state.vectors['mean']!, -sigma);
      const along = own.norm() === 0 ? gradient : own;
      const norm = along.norm();
      return norm === 0 ? gradient.zeros() : scaleTo(along, norm, rho);
    },
  };
}
