import { withBothGradients } from './descent';
import { orthogonalPart } from './lookSam';
import type { Descent } from './step';

/**
 * Surrogate-gap guided sharpness-aware minimisation: the base step goes along
 *
 * g' - alpha g_orth, with g_orth = g - (g . g' / |g'|^2) g'
 *
 * where g is the gradient at w and g' the one at w + eps. The step along g_orth lowers the gap L(w + eps) - L(w) without changing
 * L(w + eps) to first order. The paper's radius follows the learning rate: `rhoSchedule: 'learningRate'`.
 *
 * @param settings.alpha weight of that part, 0 (SAM) or more. Default: 0.4, the authors' for ResNets on CIFAR-like tasks.
 * @throws RangeError if alpha is negative or not finite.
 * @source Zhuang et al. 2022 (arXiv 2203.08065), algorithm 1.
 */
export function gsam({ alpha = 0.4 }: { readonly alpha?: number } = {}): Descent {
  if (!(alpha >= 0 && alpha < Infinity)) {
    throw new RangeError(`gsam: expected alpha of 0 or more, got ${alpha}; 0 is SAM, and the authors use 0.4 and less.`);
  }
  return (step) => withBothGradients(step, (gradient, perturbed) => ({ along: perturbed.plus(orthogonalPart(perturbed, gradient), -alpha) }));
}
