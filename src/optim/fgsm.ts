import type { Vector } from '../engine/vector';
import { checkRho, SMALLEST_NORM, type PerturbationInput, type PerturbationRule } from './perturbation';

/** How the climb of several steps is made. */
export interface FgsmSettings {
  /** T, the number of steps; each after the first costs a gradient. */
  readonly steps: number;
  /** mu, the share of the accumulated direction that each step keeps, 0 or more; 0 is the iterative method without momentum. */
  readonly momentum?: number;
  /** The ball in which the perturbation stays, and along which unit vectors it steps: signs, or the direction itself. */
  readonly ball?: 'infinity' | 'euclidean';
  /** alpha / rho, the length of one step in radii; 1 / T. Longer steps leave the ball and are projected back. */
  readonly stepLength?: number;
  /** Whether each step is projected into the ball of radius rho; true. */
  readonly project?: boolean;
}

/**
 * Multi-step fast gradient sign method on the weights, with momentum if wished. From eps = 0 and m = 0, T times:
 *
 * m = mu m + g / |g|_1, with g the gradient at w + eps; eps = project(eps + alpha sign(m))
 *
 * where the projection clips each element to [-rho, rho]. In the 2-norm the step is alpha m / |m|_2 and the
 * projection scales eps back to length rho. T = 1 is SAM's perturbation for p = infinity (or 2).
 *
 * @throws RangeError if steps is no positive integer, or momentum or step length is negative.
 * @source Dong et al. 2018 (arXiv 1710.06081), algorithm 1, eqs. 6 and 7 for mu; Kurakin et al. 2017 (arXiv 1607.02533) for mu = 0.
 */
export function fgsm({ steps, momentum = 0, ball = 'infinity', stepLength = 1 / steps, project = true }: FgsmSettings): PerturbationRule {
  if (!(Number.isSafeInteger(steps) && steps >= 1)) {
    throw new RangeError(`fgsm: expected a whole number of steps, 1 or more, got ${steps}; the paper takes 10, and 1 is SAM's perturbation for p = infinity.`);
  }
  if (!(momentum >= 0 && momentum < Infinity && stepLength > 0 && stepLength < Infinity)) {
    throw new RangeError(`fgsm: expected momentum of 0 or more and a positive step length, got ${momentum} and ${stepLength}; the paper uses 1 and 1 / steps.`);
  }
  return {
    name: 'FGSM',
    perturb(input) {
      checkRho('fgsm', input.rho);
      const settings = { momentum, ball, length: stepLength * input.rho, project };
      let ascent = { perturbation: input.gradient.zeros(), accumulated: input.gradient.zeros() };
      for (let taken = 0; taken < steps; taken++) {
        const { perturbation, accumulated } = ascent;
        // Each step frees its own vectors: ten steps of a large network would hold gigabytes.
        ascent = perturbation.tidy(() => ascentStep(input, ascent, { first: taken === 0, ...settings }), (next) => [next.perturbation, next.accumulated]);
        [perturbation, accumulated].forEach((vector) => vector.dispose());
      }
      ascent.accumulated.dispose();
      return ascent.perturbation;
    },
  };
}

/** Where a climb stands. */
interface Ascent<V extends Vector> {
  /** eps */
  readonly perturbation: V;
  /** m */
  readonly accumulated: V;
}

interface AscentStep {
  readonly first: boolean;
  readonly momentum: number;
  readonly ball: 'infinity' | 'euclidean';
  /** alpha */
  readonly length: number;
  readonly project: boolean;
}

function ascentStep<V extends Vector>(
  { parameters, gradient, rho, gradientAt }: PerturbationInput<V>,
  { perturbation, accumulated }: Ascent<V>,
  { first, momentum, ball, length, project }: AscentStep,
): Ascent<V> {
  const g = first ? gradient : gradientAt(parameters.plus(perturbation));
  const norm = g.norm(1);
  // Without momentum the norm decides nothing, and dividing by it could only lose small elements.
  const direction = norm < SMALLEST_NORM ? g.zeros() : g.times(momentum === 0 ? 1 : 1 / norm);
  const next = accumulated.times(momentum).plus(direction);
  const along = ball === 'infinity' ? next.sign() : unit(next);
  const moved = perturbation.plus(along.times(length));
  return { perturbation: project ? projected(moved, ball, rho) : moved, accumulated: next };
}

function unit<V extends Vector>(vector: V): V {
  const norm = vector.norm();
  return norm < SMALLEST_NORM ? vector.zeros() : vector.times(1 / norm);
}

/** The nearest point of the ball of radius rho around 0. */
function projected<V extends Vector>(perturbation: V, ball: 'infinity' | 'euclidean', rho: number): V {
  return ball === 'infinity' ? perturbation.clip(rho) : perturbation.times(Math.min(1, rho / Math.max(perturbation.norm(), SMALLEST_NORM)));
}
