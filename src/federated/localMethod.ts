import type { Vector } from '../engine/vector';
import type { Optimizer } from '../optim/optimizer';
import type { PerturbationRule } from '../optim/perturbation';
import { sam } from '../optim/sam';
import { sgd } from '../optim/sgd';
import { perturbedStep } from '../optim/sharpnessAware';
import { plainStep, type Step } from '../optim/step';
import type { FederatedSettings } from './settings';

/**
 * A base optimizer whose gradient is mixed with the server's direction: g' = alpha g + (1 - alpha) Delta.
 *
 * @param direction Delta; stays the caller's.
 * @param alpha in (0, 1]
 * @source Qu et al. 2022 (arXiv 2206.02618).
 */
export function withServerDirection<V extends Vector, State>(base: Optimizer<V, State>, direction: V, alpha: number): Optimizer<V, State> {
  return {
    ...base,
    update(parameters, gradient, state, learningRate) {
      const mixed = gradient.times(alpha);
      mixed.addScaledInPlace(direction, 1 - alpha);
      try {
        return base.update(parameters, mixed, state, learningRate);
      } finally {
        mixed.dispose();
      }
    },
  };
}

/**
 * The clients' step: the base step with the gradient at w (FedAvg), or at w + eps (FedSAM and MoFedSAM).
 *
 * @param rule makes eps; it may keep no state from step to step. Default: SAM in the 2-norm.
 * @throws RangeError if rho is out of range, the rule keeps a state, or one is given to FedAvg.
 * @source FedAvg: McMahan et al. 2017 (arXiv 1602.05629), algorithm 1; FedSAM: Qu et al. 2022 (arXiv 2206.02618).
 */
export function localStep({ method, rho }: Pick<FederatedSettings, 'method' | 'rho'>, rule?: PerturbationRule): Step {
  if (method !== 'fedavg') {
    return perturbedStep(rule ?? sam(), rho);
  }
  if (rule !== undefined) {
    throw new RangeError(`localStep: FedAvg perturbs nothing, got the rule ${rule.name}; use fedsam or mofedsam, or leave the rule out.`);
  }
  return plainStep;
}

/**
 * The clients' optimizer in one round: SGD with a new state; in MoFedSAM with the gradient
 * alpha grad L(w + eps) + (1 - alpha) Delta. Weight decay is added by SGD, at w and after the mixture.
 *
 * The paper's clients have no momentum of their own. With momentum m the K steps of a round add up to c times K gradients, c up to
 * 1 / (1 - m), and Delta, divided by K alone, to c times one gradient: where (1 - alpha) c exceeds 1 it grows from round to round.
 *
 * @param direction Delta of the round before; stays the caller's.
 * @throws RangeError if momentum or weight decay are out of range.
 */
export function localOptimizer<V extends Vector>({ method, alpha, momentum, weightDecay }: Pick<FederatedSettings, 'method' | 'alpha' | 'momentum' | 'weightDecay'>, direction: V): Optimizer<V, V> {
  const base = sgd<V>({ momentum, nesterov: false, weightDecay });
  return method === 'mofedsam' ? withServerDirection(base, direction, alpha) : base;
}
