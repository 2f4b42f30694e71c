import { shown } from '../engine/shown';
import type { ParameterKind, StepShare, Vector } from '../engine/vector';
import type { Optimizer } from './optimizer';

/** Settings of AdamW. */
export interface AdamWSettings {
  /** Share of the mean of gradients that each step keeps, in [0, 1). Default: 0.9. */
  readonly beta1?: number;
  /** Share of the mean of squared gradients that each step keeps, in [0, 1). Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root of that mean, above 0. Default: 1e-8. */
  readonly epsilon?: number;
  /** lambda: each step takes learningRate lambda w off w, apart from the gradient, 0 or more. Default: 0.01. */
  readonly weightDecay?: number;
  /** The kinds of parameters that decay. Default: all. */
  readonly decayKinds?: readonly ParameterKind[];
  /** Multiples of learning rate and weight decay that each parameter gets, in the order of the vectors' specs. Default: 1 and 1 for all. */
  readonly shares?: readonly StepShare[];
}

/** What AdamW keeps from step to step. */
export interface AdamWState<V extends Vector> {
  /** Steps taken. */
  readonly step: number;
  /** m, the running mean of gradients. */
  readonly firstMoment: V;
  /** v, the running mean of squared gradients. */
  readonly secondMoment: V;
}

/**
 * Adam with decoupled weight decay, in PyTorch's form, at step t = 1, 2, ...:
 *
 * w = w - learningRate lambda w; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * w = w - learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * m and v start at 0. Its momentum, along which `msam` ascends, is m.
 *
 * @throws RangeError if a beta is outside [0, 1), epsilon is not above 0, or weight decay is negative.
 * @source Loshchilov and Hutter 2019 (arXiv 1711.05101), algorithm 2, with the learning rate times lambda as in PyTorch.
 * @example
 * const method = optim.sharpnessAware({ rule: optim.sam() });
 * method.step({ optimizer: optim.adamW({ weightDecay: 0.05 }), learningRate: 1e-3, rho: 0.05, ... })
 */
export function adamW<V extends Vector>({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01, decayKinds, shares }: AdamWSettings = {}): Optimizer<V, AdamWState<V>> {
  for (const [name, beta, usual] of [['beta1', beta1, '0.9'], ['beta2', beta2, '0.999']] as const) {
    if (!(Number.isFinite(beta) && beta >= 0 && beta < 1)) {
      throw new RangeError(`adamW: expected ${name} in [0, 1), got ${shown(beta)}; ${usual} is usual.`);
    }
  }
  if (!(Number.isFinite(epsilon) && epsilon > 0)) {
    throw new RangeError(`adamW: expected an epsilon above 0, got ${shown(epsilon)}; 1e-8 is usual.`);
  }
  if (!(Number.isFinite(weightDecay) && weightDecay >= 0)) {
    throw new RangeError(`adamW: expected weight decay of 0 or more, got ${shown(weightDecay)}; 0.01 is usual.`);
  }
  const settings = { beta1, beta2, epsilon, weightDecay, ...(decayKinds ? { decayKinds } : {}), ...(shares ? { shares } : {}) };
  return {
    init: (parameters) => ({ step: 0, firstMoment: parameters.zeros(), secondMoment: parameters.zeros() }),
    update(parameters, gradient, { step: taken, firstMoment, secondMoment }, learningRate) {
      const step = taken + 1;
      parameters.adamStepInPlace(firstMoment, secondMoment, gradient, { ...settings, learningRate, step });
      return { parameters, state: { step, firstMoment, secondMoment } };
    },
    momentum: ({ firstMoment }) => firstMoment,
  };
}
