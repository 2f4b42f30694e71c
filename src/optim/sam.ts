import { LARGEST_EXPONENT, scaleTo } from '../engine/scaling';
import { shown } from '../engine/shown';
import type { Vector } from '../engine/vector';
import { checkRho, type PerturbationRule } from './perturbation';
import { perturbedStep } from './sharpnessAware';
import type { Step } from './step';

/**
 * SAM's perturbation, the first-order solution of max over |eps|_p <= rho of L(w + eps):
 *
 * eps = rho sign(g) |g|^(q-1) / (|g|_q^q)^(1/p), with 1/p + 1/q = 1
 *
 * For p = 2 it is rho g / |g|_2, for p = infinity rho sign(g). For p = 1 the formula's limit puts all of rho on the largest
 * element, and equal parts of it on elements that are equally large. A zero gradient gives a zero perturbation. Powers are
 * taken of g / max |g|, so that none overflows or vanishes whatever the size of g.
 *
 * @param gradient g, at w
 * @param rho radius of the ball in the p-norm, 0 or more
 * @param p in [1, Infinity]
 * @returns eps, with |eps|_p = rho unless g is zero
 * @throws RangeError if rho is negative or not finite, or p is below 1.
 * @source Foret et al. 2021 (arXiv 2010.01412), eq. 2.
 */
export function samPerturbation<V extends Vector>(gradient: V, rho: number, p = 2): V {
  checkRho('samPerturbation', rho);
  checkNorm('samPerturbation', p);
  const q = p === Infinity ? 1 : p === 1 ? Infinity : p / (p - 1);
  const norm = gradient.norm(q);
  if (norm === 0) {
    return gradient.zeros();
  }
  if (p === 2) {
    return scaleTo(gradient, norm, rho);
  }
  return gradient.tidy(
    () => {
      const direction = gradient.sign();
      if (p === Infinity) {
        return direction.times(rho);
      }
      if (q > LARGEST_EXPONENT) {
        const largest = largestElements(gradient);
        return largest.multiply(direction).times(rho / largest.norm(1));
      }
      // Powers of numbers up to 1, then the length: whatever the size of the gradient, none overflows and the largest never vanishes.
      const powers = scaleTo(gradient, gradient.norm(Infinity), 1).absPower(q - 1);
      return scaleTo(powers.multiply(direction), powers.norm(p), rho);
    },
    (eps) => [eps],
  );
}

/** 1 for each element of the largest magnitude, 0 for the others. */
function largestElements<V extends Vector>(vector: V): V {
  const largest = vector.norm(Infinity);
  const magnitudes = vector.toArrays().map((array) => array.map(Math.abs));
  return vector.withElements(magnitudes.map((array) => array.map((magnitude) => (magnitude === largest ? 1 : 0))));
}

/** Checks the exponent of a norm. @throws RangeError unless it is in [1, Infinity]. */
export function checkNorm(caller: string, p: number): void {
  if (!(typeof p === 'number' && p >= 1)) {
    throw new RangeError(`${caller}: expected the exponent p of a norm, 1 or more, got ${shown(p)}; use 2 or Infinity.`);
  }
}

/**
 * Sharpness-aware minimisation as a rule.
 *
 * @param settings p: exponent of the norm in which the radius is measured, in [1, Infinity]. Default: 2.
 * @throws RangeError if p is below 1.
 * @source Foret et al. 2021 (arXiv 2010.01412), eq. 2.
 */
export function sam({ p = 2 }: { readonly p?: number } = {}): PerturbationRule {
  checkNorm('sam', p);
  return { name: 'SAM', perturb: ({ gradient, rho }) => samPerturbation(gradient, rho, p) };
}

/**
 * Sharpness-aware minimisation around a base optimizer, in two phases: ascend to w + eps; then the
 * base step at w with the gradient found there. Batch-norm statistics move only in the first phase.
 *
 * @param rho radius of the perturbation in the 2-norm. With rho = 0 the second gradient is the first,
 * and the step is the base optimizer's own, bit for bit.
 * @throws RangeError if rho is negative or not finite.
 * @source Foret et al. 2021 (arXiv 2010.01412), algorithm 1.
 */
export function samStep(rho: number): Step {
  checkRho('samStep', rho);
  return perturbedStep(sam(), rho);
}
