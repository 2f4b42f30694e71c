import type { AdamStep, ParameterSpec } from './vector';

/** What one parameter's elements are multiplied with in a step of Adam. */
export interface AdamFactors {
  /** Multiple of firstMoment / (sqrt(secondMoment) + epsilon) that is taken off. */
  readonly rate: number;
  /** Multiple of w that the decoupled decay leaves. */
  readonly keep: number;
}

/**
 * The numbers of a step of Adam with its two bias corrections multiplied into rate and epsilon, which saves two passes over memory:
 *
 * rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon) = rate' m / (sqrt(v) + epsilon'), where c = sqrt(1 - beta2^t),
 * rate' = rate c / (1 - beta1^t) and epsilon' = epsilon c.
 *
 * @source Kingma and Ba 2015 (arXiv 1412.6980), end of section 2.
 */
export function adamFactors(specs: readonly ParameterSpec[], { learningRate, beta1, beta2, epsilon, step, weightDecay, decayKinds, shares }: AdamStep): { readonly epsilon: number; readonly factors: readonly AdamFactors[] } {
  const correction = Math.sqrt(1 - beta2 ** step);
  const factors = specs.map(({ kind }, index) => {
    const rate = learningRate * (shares?.[index]?.rate ?? 1);
    const decay = (decayKinds?.includes(kind) ?? true) ? weightDecay * (shares?.[index]?.decay ?? 1) : 0;
    return { rate: (rate * correction) / (1 - beta1 ** step), keep: 1 - rate * decay };
  });
  return { epsilon: epsilon * correction, factors };
}
