import { DEFAULT_METHOD } from '../train/methodSettings';
import { DEFAULT_RECIPE } from '../train/recipeSettings';
import type { ExperimentConfig } from './config';

/** What a run does where nothing else is said: the corrected recipe on all of CIFAR-10. */
export const DEFAULT_CONFIG: ExperimentConfig = {
  dataset: 'cifar10',
  imagesPerClass: 0,
  heldOutPerClass: 0,
  testImagesPerClass: 0,
  evaluateOn: 'test',
  selection: 'last',
  labelNoise: 0,
  subsetSeed: 0,
  model: 'resnet50',
  stem: 'cifar',
  zeroInitResidual: true,
  normalization: 'dataset',
  cropPadding: 4,
  flip: true,
  cutout: 0,
  cutoutPer: 'image',
  epochs: 200,
  batchSize: 128,
  ...DEFAULT_METHOD,
  ...DEFAULT_RECIPE,
  learningRate: 0.1,
  schedule: 'cosine',
  warmupEpochs: 5,
  decayShare: 0.3,
  optimizer: 'sgd',
  momentum: 0.9,
  nesterov: true,
  beta1: 0.9,
  beta2: 0.999,
  adamEpsilon: 1e-8,
  clipNorm: 0,
  weightDecay: 5e-4,
  weightDecayOn: 'all',
  weightDecayIn: 'step',
  labelSmoothing: 0,
  precision: 'float32',
  kernels: 'measured',
  snapshotEvery: 0,
  seed: 0,
};

/**
 * All settings of a run: those given, and the defaults for the others. A default warm-up that does not fit into the run is
 * shortened to half of it, in whole epochs.
 */
export function withDefaults(changes: Partial<ExperimentConfig>): ExperimentConfig {
  const config = { ...DEFAULT_CONFIG, ...changes };
  return changes.warmupEpochs === undefined && config.warmupEpochs >= config.epochs ? { ...config, warmupEpochs: Math.floor(config.epochs / 2) } : config;
}
