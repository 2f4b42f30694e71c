import { z } from 'zod';
import type { PerturbationRule } from '../../optim/perturbation';
import { P_BY_NAME } from '../../optim/normBall';
import { matchingTwoNorm } from '../../optim/radius';
import { sam } from '../../optim/sam';
import { setting, type Values } from '../setting';

/** The ball of SAM and of the methods that ascend as it does. */
export const BALL = {
  /** What `rho` means for balls of other norms than the 2-norm: the radius in their own norm, or the 2-norm to match (see `matchedRadius`). */
  radiusIn: setting(z.enum(['twoNorm', 'ownNorm']), 'twoNorm', 'twoNorm: rho is the 2-norm that other balls match; ownNorm: the radius in their own norm', {
    words: () => 'ρ in its own norm',
    changesCost: false,
    inRunName: 'always',
    idle: ({ perturbationNorm, rho }: { readonly perturbationNorm: number | 'infinity'; readonly rho: number }) =>
      (perturbationNorm === 2 && 'the perturbation is measured in the 2-norm either way') || (rho === 0 && 'rho is 0'),
  }),
  /** Exponent p of SAM's norm, 1 or more. */
  perturbationNorm: setting(z.union([z.number().min(1), z.literal('infinity')]), 2, "exponent of SAM's norm, 1 or more, or infinity", {
    letter: 'p',
    idle: ({ rho }: { readonly rho: number }) => rho === 0 && 'rho is 0',
  }),
};

/** SAM in the ball that the settings describe. */
export function samInBall({ perturbationNorm, radiusIn }: Values<typeof BALL>): PerturbationRule {
  const p = perturbationNorm === 'infinity' ? P_BY_NAME.infinity : perturbationNorm;
  return inRadius(sam({ p }), p, radiusIn);
}

/** A rule in a ball of the p-norm, with its radius in the norm that `radiusIn` names. */
export function inRadius(rule: PerturbationRule, p: number, radiusIn: 'twoNorm' | 'ownNorm'): PerturbationRule {
  return radiusIn === 'ownNorm' ? rule : matchingTwoNorm(rule, p);
}
