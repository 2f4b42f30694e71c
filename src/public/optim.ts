/** Base optimizers, schedules, the rules of sharpness-aware training and what is built around them. */

export { asam, type AsamSettings } from '../optim/asam';
export { ascend, AT_START, type Ascent } from '../optim/ascend';
export { dynamicMask, type DynamicMaskSettings } from '../optim/dynamicMask';
export { fgsm, type FgsmSettings } from '../optim/fgsm';
export { fisherMask, type FisherMaskSettings } from '../optim/fisherMask';
export { friendlySam, type FriendlySamSettings } from '../optim/friendlySam';
export { gsam } from '../optim/gsam';
export { lookSam, type LookSettings } from '../optim/lookSam';
export { msam } from '../optim/msam';
export type { Optimizer } from '../optim/optimizer';
export { EMPTY_STATE, type PerturbationInput, type PerturbationRule, type PerturbationState } from '../optim/perturbation';
export { matchedRadius, matchingTwoNorm } from '../optim/radius';
export { sam, samStep } from '../optim/sam';
export { learningRateAt } from '../optim/schedule';
export { adamW, type AdamWSettings } from '../optim/adamW';
export { clipByGlobalNorm } from '../optim/clipByGlobalNorm';
export { sgd } from '../optim/sgd';
export { perturbedStep, sharpnessAware, type SharpnessAware, type SharpnessAwareSettings } from '../optim/sharpnessAware';
export { saner, type SanerSettings } from '../optim/saner';
export { wsam, type WsamSettings } from '../optim/wsam';
export { sparse, type MaskSource } from '../optim/sparse';
export { plainStep, type Descent, type LossAndGradient, type MethodState, type Objective, type Step } from '../optim/step';
export { withTemporaries } from '../optim/temporaries';
