import { scaleTo } from '../engine/scaling';
import type { Vector } from '../engine/vector';
import { checkRho, type PerturbationInput, type PerturbationRule } from './perturbation';
import { withTemporaries } from './temporaries';

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
      let ascent = { perturbation: input.gradient.zeros(), accumulated: input.gradient.zeros() };
      try {
        for (let taken = 0; taken < steps; taken++) {
          const { perturbation, accumulated } = ascent;
          ascent = ascend(input, ascent, { first: taken === 0, momentum, ball, length: stepLength * input.rho, project });
          [perturbation, accumulated].forEach((vector) => vector.dispose());
        }
      } catch (error) {
        ascent.perturbation.dispose();
        throw error;
      } finally {
        ascent.accumulated.dispose();
      }
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

function ascend<V extends Vector>(
  { parameters, gradient, rho, gradientAt }: PerturbationInput<V>,
  { perturbation, accumulated }: Ascent<V>,
  { first, momentum, ball, length, project }: AscentStep,
): Ascent<V> {
  return withTemporaries((own) => {
    const g = first ? gradient : own(gradientAt(own(parameters.plus(perturbation))));
    const norm = g.norm(1);
    // Without momentum the norm decides nothing, and dividing by it could only lose small elements.
    const direction = own(norm === 0 || momentum === 0 ? g.clone() : scaleTo(g, norm, 1));
    const next = own(own(accumulated.times(momentum)).plus(direction));
    const along = own(ball === 'infinity' ? next.sign() : unit(next));
    const moved = own(perturbation.plus(own(along.times(length))));
    return { perturbation: project ? projected(moved, ball, rho) : moved.clone(), accumulated: next.clone() };
  });
}

function unit<V extends Vector>(vector: V): V {
  const norm = vector.norm();
  return norm === 0 ? vector.zeros() : scaleTo(vector, norm, 1);
}

/** The nearest point of the ball of radius rho around 0. */
function projected<V extends Vector>(perturbation: V, ball: 'infinity' | 'euclidean', rho: number): V {
  if (ball === 'infinity') {
    return perturbation.clip(rho);
  }
  const length = perturbation.norm();
  return length > rho ? scaleTo(perturbation, length, rho) : perturbation.clone();
}
