import type { Vector } from '../engine/vector';
import { elementCount } from './mask';
import type { PerturbationRule } from './perturbation';

/**
 * The p-norm of a perturbation with equal elements and 2-norm rho, as a radius in the p-norm:
 * rho d^(1/p - 1/2) for d elements. For p = infinity it is rho / sqrt(d), for p = 2 rho.
 *
 * @param p in [1, Infinity]
 */
export function matchedRadius(rho: number, vector: Vector, p: number): number {
  return p === 2 ? rho : rho * elementCount(vector) ** (1 / p - 1 / 2);
}

/** A rule that perturbs in a ball of the p-norm, with its radius given as the 2-norm to match; see `matchedRadius`. */
export function matchingTwoNorm(rule: PerturbationRule, p: number): PerturbationRule {
  return {
    ...rule,
    perturb: (input) => rule.perturb({ ...input, rho: matchedRadius(input.rho, input.parameters, p) }),
  };
}

/** How the radius moves over a run: it stays, rises from 0 or falls to 0 along a line, or keeps its ratio to the learning rate. */
export type RhoSchedule = 'constant' | 'rising' | 'falling' | 'learningRate';

/**
 * Radius of one step.
 *
 * @param progress share of the run's steps before this one, in [0, 1)
 * @param rateShare learning rate of this step over the peak
 * @source a radius that follows the learning rate: Zhuang et al. 2022 (arXiv 2203.08065), section 4.
 */
export function rhoAt(rho: number, schedule: RhoSchedule, { progress, rateShare }: { readonly progress: number; readonly rateShare: number }): number {
  switch (schedule) {
    case 'constant':
      return rho;
    case 'rising':
      return rho * progress;
    case 'falling':
      return rho * (1 - progress);
    case 'learningRate':
      return rho * rateShare;
  }
}
