import type { TensorVector } from '../engine/tensorVector';
import type { StepShare } from '../engine/vector';
import { adamW } from '../optim/adamW';
import { clipByGlobalNorm } from '../optim/clipByGlobalNorm';
import type { Optimizer } from '../optim/optimizer';
import type { PerturbationState } from '../optim/perturbation';
import { sgd } from '../optim/sgd';
import { KINDS_BY_NAME } from './parameterKinds';
import { stepRates } from './parameterShares';
import type { TrainingSettings } from './settings';

/** A base optimizer's state by names, as checkpoints hold it: `velocity` of SGD; `firstMoment`, `secondMoment` and the number `step` of AdamW. */
export type BaseState = PerturbationState<TensorVector>;

/** The base optimizer that settings ask for. @param shares multiples of learning rate and weight decay by parameter; default: 1 and 1 for all. */
export function baseOptimizer(settings: TrainingSettings, shares?: readonly StepShare[]): Optimizer<TensorVector, BaseState> {
  const { momentum, nesterov, beta1, beta2, adamEpsilon: epsilon, clipNorm } = settings;
  const shared = {
    weightDecay: settings.weightDecayIn === 'step' ? stepRates(settings).weightDecay : 0,
    decayKinds: KINDS_BY_NAME[settings.weightDecayOn],
    ...(shares ? { shares } : {}),
  };
  const optimizer =
    settings.optimizer === 'sgd'
      ? withNamedState(sgd<TensorVector>({ momentum, nesterov, ...shared }), {
          toNamed: (velocity) => ({ numbers: {}, vectors: { velocity } }),
          fromNamed: ({ vectors }) => vectors['velocity']!,
        })
      : withNamedState(adamW<TensorVector>({ beta1, beta2, epsilon, ...shared }), {
          toNamed: ({ step, firstMoment, secondMoment }) => ({ numbers: { step }, vectors: { firstMoment, secondMoment } }),
          fromNamed: ({ numbers, vectors }) => ({ step: numbers['step']!, firstMoment: vectors['firstMoment']!, secondMoment: vectors['secondMoment']! }),
        });
  return clipNorm === 0 ? optimizer : clipByGlobalNorm(optimizer, clipNorm);
}

/** The same optimizer, with a state by names. */
function withNamedState<State>(
  optimizer: Optimizer<TensorVector, State>,
  { toNamed, fromNamed }: { readonly toNamed: (state: State) => BaseState; readonly fromNamed: (state: BaseState) => State },
): Optimizer<TensorVector, BaseState> {
  return {
    init: (parameters) => toNamed(optimizer.init(parameters)),
    update(parameters, gradient, state, learningRate) {
      const updated = optimizer.update(parameters, gradient, fromNamed(state), learningRate);
      return { parameters: updated.parameters, state: toNamed(updated.state) };
    },
    ...(optimizer.momentum ? { momentum: (state: BaseState) => optimizer.momentum!(fromNamed(state)) } : {}),
  };
}
