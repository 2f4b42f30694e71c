import { shown } from '../engine/shown';
import type { ParameterKind, StepShare, Vector } from '../engine/vector';
import type { Optimizer } from './optimizer';

/** Settings of SGD. */
export interface SgdSettings {
  /** In [0, 1). */
  readonly momentum: number;
  readonly nesterov: boolean;
  /** lambda of the penalty lambda / 2 |w|^2, whose gradient is added at w. */
  readonly weightDecay: number;
  /** The kinds of parameters that decay. Default: all. */
  readonly decayKinds?: readonly ParameterKind[];
  /** Multiples of learning rate and weight decay that each parameter gets, in the order of the vectors' specs; default: 1 and 1 for all. */
  readonly shares?: readonly StepShare[];
}

/**
 * Stochastic gradient descent with momentum and coupled weight decay, in PyTorch's form:
 *
 * g = gradient + lambda w; v = momentum v + g; w = w - learningRate (v, or g + momentum v with Nesterov)
 *
 * The state is v, which starts at 0.
 *
 * @throws RangeError if momentum is outside [0, 1) or weight decay is negative.
 * @source Sutskever et al. 2013, "On the importance of initialization and momentum", eqs. 3 and 4 rearranged.
 */
export function sgd<V extends Vector>({ momentum, nesterov, weightDecay, decayKinds, shares }: SgdSettings): Optimizer<V, V> {
  if (!(Number.isFinite(momentum) && momentum >= 0 && momentum < 1)) {
    throw new RangeError(`sgd: expected momentum in [0, 1), got ${shown(momentum)}; 0.9 is usual, and 0 is gradient descent.`);
  }
  if (!(Number.isFinite(weightDecay) && weightDecay >= 0)) {
    throw new RangeError(`sgd: expected weight decay of 0 or more, got ${shown(weightDecay)}; 5e-4 is usual on CIFAR.`);
  }
  return {
    init: (parameters) => parameters.zeros(),
    update(parameters, gradient, velocity, learningRate) {
      parameters.momentumStepInPlace(velocity, gradient, { learningRate, momentum, nesterov, weightDecay, ...(decayKinds ? { decayKinds } : {}), ...(shares ? { shares } : {}) });
      return { parameters, state: velocity };
    },
    momentum: (velocity) => velocity,
  };
}
