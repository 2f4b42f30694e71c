import { z } from 'zod';
import { fgsm as fgsmRule } from '../../optim/fgsm';
import { P_BY_NAME } from '../../optim/normBall';
import { setting } from '../setting';
import { BALL, inRadius } from './ball';
import { defineMethod } from './defineMethod';

/** Several sign steps within a ball. */
export const fgsm = defineMethod({
  label: 'Multi-step FGSM',
  line: { colour: 'orange', dash: 'dot', symbol: 'square' },
  settings: {
    radiusIn: { ...BALL.radiusIn, idle: ({ ascentBall }: { readonly ascentBall: string }) => ascentBall === 'euclidean' && 'the ball is that of the 2-norm either way' },
    /** T, the sign steps of FGSM. */
    ascentSteps: setting(z.int().min(1), 3, 'sign steps of fgsm', { letter: 'T', alwaysInLabel: true }),
    /** mu, the share of the accumulated direction that FGSM keeps. */
    ascentMomentum: setting(z.number().min(0), 0, 'share of the accumulated direction that fgsm keeps', {
      letter: 'μ',
      inRunName: 'always',
      idle: ({ ascentSteps }: { readonly ascentSteps: number }) => ascentSteps === 1 && 'a single step has none before it',
    }),
    /** The ball in which FGSM stays. */
    ascentBall: setting(z.enum(['infinity', 'euclidean']), 'infinity', 'ball of fgsm: infinity or euclidean'),
    /** Length of one of FGSM's steps in radii; 0 means 1 / T. */
    ascentStepLength: setting(z.number().min(0), 0, "length of fgsm's steps in radii; 0 is 1 / ascentSteps", { words: (length) => (length === 1 ? 'steps of ρ' : `steps of ${length} ρ`), changesCost: false }),
    /** Whether FGSM projects into its ball after each step. */
    ascentProjection: setting(z.boolean(), true, 'project fgsm into its ball', { words: () => 'without projection' }),
    /** Largest size of an element of FGSM's perturbation after a projection on the infinity ball, whatever the radius; 0 means the radius. */
    ascentBound: setting(z.number().min(0), 0, "largest element of fgsm's perturbation after a projection; 0 is the radius", { words: (bound) => `clipped at ${bound}`, changesCost: false }),
  },
  rule({ radiusIn, ascentSteps: steps, ascentMomentum: momentum, ascentBall, ascentStepLength, ascentProjection: project, ascentBound }) {
    const p = P_BY_NAME[ascentBall];
    const given = { ...(ascentStepLength === 0 ? {} : { stepLength: ascentStepLength }), ...(ascentBound === 0 ? {} : { bound: ascentBound }) };
    return inRadius(fgsmRule({ steps, momentum, p, project, ...given }), p, radiusIn);
  },
  problem: ({ ascentBound, ascentBall, ascentProjection }) =>
    ascentBound > 0 && (ascentBall !== 'infinity' || !ascentProjection)
      ? 'ascentBound bounds the elements after a projection on the infinity ball; leave it at 0, or set ascentBall infinity and ascentProjection true.'
      : undefined,
});
