/** What `samlab/tfjs` exports, for projects on TensorFlow.js that have nothing else of samlab. */

export type { ParameterKind, ParameterSpec, Vector } from '../engine/vector';
export { asam, type AsamSettings } from '../optim/asam';
export { dynamicMask, type DynamicMaskSettings } from '../optim/dynamicMask';
export { fgsm, type FgsmSettings } from '../optim/fgsm';
export { fisherMask, type FisherMaskSettings } from '../optim/fisherMask';
export { lookSam, type LookSettings } from '../optim/lookSam';
export { msam } from '../optim/msam';
export type { PerturbationInput, PerturbationRule, PerturbationState } from '../optim/perturbation';
export { sam } from '../optim/sam';
export { sparse, type MaskSource } from '../optim/sparse';
export type { ScalarLoss, Pass } from './perturbedPass';
export type { BatchImages, SharpnessAwareOptimizerSettings } from './settings';
export { SharpnessAwareOptimizer } from './sharpnessAwareOptimizer';
