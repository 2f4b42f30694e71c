import { shown } from '../engine/shown';
import type { Vector } from '../engine/vector';
import type { Optimizer } from './optimizer';

/** Keeps the quotient finite; PyTorch's value. */
const EPSILON = 1e-6;

/**
 * An optimizer whose gradients are shortened to a largest length, measured over all parameters together:
 *
 * g = g min(1, maxNorm / (|g|_2 + 1e-6))
 *
 * Around a sharpness-aware method it acts on what the base optimizer steps along, not on the gradient that the perturbation is made of. An
 * optimizer's own weight decay is added after it.
 *
 * @param maxNorm above 0.
 * @throws RangeError if it is not.
 * @source Pascanu et al. 2013 (arXiv 1211.5063), algorithm 1, in the form of PyTorch's clip_grad_norm_.
 * @example clipByGlobalNorm(adamW(), 1)
 */
export function clipByGlobalNorm<V extends Vector, State>(optimizer: Optimizer<V, State>, maxNorm: number): Optimizer<V, State> {
  if (!(Number.isFinite(maxNorm) && maxNorm > 0)) {
    throw new RangeError(`clipByGlobalNorm: expected a norm above 0, got ${shown(maxNorm)}; 1 is usual, and without clipping leave the wrapper out.`);
  }
  return {
    ...optimizer,
    update(parameters, gradient, state, learningRate) {
      const factor = maxNorm / (gradient.norm() + EPSILON);
      if (!(factor < 1)) {
        return optimizer.update(parameters, gradient, state, learningRate);
      }
      const clipped = gradient.times(factor);
      try {
        return optimizer.update(parameters, clipped, state, learningRate);
      } finally {
        clipped.dispose();
      }
    },
  };
}
