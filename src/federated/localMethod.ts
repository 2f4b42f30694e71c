import type { Vector } from '../engine/vector';
import type { Optimizer } from '../optim/optimizer';
import { samStep } from '../optim/sam';
import { sgd } from '../optim/sgd';
import { plainStep, type Step } from '../optim/step';
import type { FederatedSettings } from './settings';

/** How a client makes its steps in one round. */
export interface LocalMethod<V extends Vector> {
  readonly step: Step;
  readonly optimizer: Optimizer<V, V>;
}

/**
 * A base optimizer whose gradient is mixed with the server's direction: g' = alpha g + (1 - alpha) Delta.
 *
 * @param direction Delta; stays the caller's.
 * @param alpha in (0, 1]
 * @source Qu et al. 2022 (arXiv 2206.02618).
 */
export function withServerDirection<V extends Vector, State>(base: Optimizer<V, State>, direction: V, alpha: number): Optimizer<V, State> {
  return {
    init: (parameters) => base.init(parameters),
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
 * The clients' step of each method: SGD at w (FedAvg); SGD with the gradient at w + eps (FedSAM); the same with
 * alpha grad L(w + eps) + (1 - alpha) Delta (MoFedSAM). Weight decay is added by SGD, at w and after the mixture.
 *
 * @param direction Delta of the round before; stays the caller's.
 * @throws RangeError if rho, momentum or weight decay are out of range.
 * @source FedAvg: McMahan et al. 2017 (arXiv 1602.05629), algorithm 1; the others: Qu et al. 2022, "Generalized federated learning via sharpness aware minimization" (arXiv 2206.02618).
 */
export function localMethod<V extends Vector>(settings: Pick<FederatedSettings, 'method' | 'rho' | 'alpha' | 'momentum' | 'weightDecay'>, direction: V): LocalMethod<V> {
  const { method, rho, alpha, momentum, weightDecay } = settings;
  const optimizer = sgd<V>({ momentum, nesterov: false, weightDecay });
  switch (method) {
    case 'fedavg':
      return { step: plainStep, optimizer };
    case 'fedsam':
      return { step: samStep(rho), optimizer };
    case 'mofedsam':
      return { step: samStep(rho), optimizer: withServerDirection(optimizer, direction, alpha) };
  }
}
