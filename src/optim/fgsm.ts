import { scaleTo } from '../engine/scaling';
import { shown } from '../engine/shown';
import type { Vector } from '../engine/vector';
import { ascentStep, type NormBall } from './normBall';
import { checkRho, type PerturbationInput, type PerturbationRule } from './perturbation';

/** How the ascent of several steps is made. */
export interface FgsmSettings {
  /** T, the number of steps; each after the first costs a gradient. */
  readonly steps: number;
  /** mu, the share of the accumulated direction that each step keeps, 0 or more; 0 is the iterative method without momentum. */
  readonly momentum?: number;
  /** p of the norm whose ball the perturbation stays in: Infinity (steps along signs, the default) or 2 (steps along the direction itself). */
  readonly p?: number;
  /** alpha / rho, the length of one step in radii. Default: 1 / T. Longer steps leave the ball and are projected back. */
  readonly stepLength?: number;
  /** Whether each step is projected into the ball. Default: true. */
  readonly project?: boolean;
  /**
   * The largest size of an element of eps after a projection. Default: rho. Steps keep their length of
   * `stepLength` times rho. Only for p = Infinity.
   */
  readonly bound?: number;
}

/**
 * Multi-step fast gradient sign method on the weights, optionally with momentum. From eps = 0 and m = 0, T times:
 *
 * m = mu m + g / |g|_1, with g the gradient at w + eps; eps = project(eps + alpha sign(m))
 *
 * where the projection clips each element to [-rho, rho], or to [-bound, bound] where a bound is given. In the 2-norm the step
 * is alpha m / |m|_2 and the projection scales eps back to length rho. T = 1 is SAM's perturbation for p = infinity (or 2).
 *
 * @throws RangeError if steps is no positive integer, momentum or step length is negative, p is neither 2 nor Infinity, or a bound is
 * not positive or has no projection with p = Infinity to act in.
 * @source Dong et al. 2018 (arXiv 1710.06081), algorithm 1, eqs. 6 and 7 for mu; Kurakin et al. 2017 (arXiv 1607.02533) for mu = 0.
 */
export function fgsm({ steps, momentum = 0, p = Infinity, stepLength = 1 / steps, project = true, bound }: FgsmSettings): PerturbationRule {
  if (!(Number.isSafeInteger(steps) && steps >= 1)) {
    throw new RangeError(`fgsm: expected a whole number of steps, 1 or more, got ${shown(steps)}; the paper takes 10, and 1 is SAM's perturbation for p = infinity.`);
  }
  if (!(Number.isFinite(momentum) && momentum >= 0 && Number.isFinite(stepLength) && stepLength > 0)) {
    throw new RangeError(`fgsm: expected momentum of 0 or more and a positive step length, got ${shown(momentum)} and ${shown(stepLength)}; the paper uses 1 and 1 / steps.`);
  }
  if (p !== 2 && p !== Infinity) {
    throw new RangeError(`fgsm: expected p = 2 or Infinity, got ${shown(p)}; sam takes any p from 1.`);
  }
  checkBound(bound, p, project);
  return {
    name: 'FGSM',
    perturb(input) {
      checkRho('fgsm', input.rho);
      const radius = project ? (bound ?? input.rho) : Infinity;
      const settings: Omit<AscentStep, 'first'> = { momentum, ball: { p, radius }, length: stepLength * input.rho };
      let ascent = { perturbation: input.gradient.zeros(), accumulated: input.gradient.zeros() };
      for (let taken = 0; taken < steps; taken++) {
        const { perturbation, accumulated } = ascent;
        // Each step frees its own vectors: ten steps of a large network would hold gigabytes.
        ascent = perturbation.tidy(() => ascendOnce(input, ascent, { first: taken === 0, ...settings }), (next) => [next.perturbation, next.accumulated]);
        [perturbation, accumulated].forEach((vector) => vector.dispose());
      }
      ascent.accumulated.dispose();
      return ascent.perturbation;
    },
  };
}

/** Refuses a bound that would never act. */
function checkBound(bound: number | undefined, p: number, project: boolean): void {
  if (bound === undefined) {
    return;
  }
  if (!(Number.isFinite(bound) && bound > 0)) {
    throw new RangeError(`fgsm: expected a positive bound for each element, got ${shown(bound)}; leave it out to project on the radius.`);
  }
  if (p !== Infinity || !project) {
    throw new RangeError(`fgsm: a bound for each element acts in projections with p = Infinity, got ${project ? `p = ${p}` : 'no projection'}; leave out the bound, or project with p = Infinity.`);
  }
}

/** Where an ascent stands. */
interface Ascent<V extends Vector> {
  /** eps */
  readonly perturbation: V;
  /** m */
  readonly accumulated: V;
}

interface AscentStep {
  readonly first: boolean;
  readonly momentum: number;
  /** On which each step is projected; of radius Infinity for none. */
  readonly ball: NormBall;
  /** alpha */
  readonly length: number;
}

function ascendOnce<V extends Vector>(
  { parameters, gradient, gradientAt }: PerturbationInput<V>,
  { perturbation, accumulated }: Ascent<V>,
  { first, momentum, ball, length }: AscentStep,
): Ascent<V> {
  const g = first ? gradient : gradientAt(parameters.plus(perturbation));
  const norm = g.norm(1);
  // Without momentum the norm decides nothing, and dividing by it could only lose small elements.
  const direction = norm === 0 || momentum === 0 ? g.clone() : scaleTo(g, norm, 1);
  const next = accumulated.times(momentum).plus(direction);
  return { perturbation: ascentStep(perturbation, next, ball, length), accumulated: next };
}
