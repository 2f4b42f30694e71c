import type { DatasetPair } from '../../data/dataset';
import { syntheticDataset } from '../../data/synthetic';
import { DEFAULT_METHOD } from '../methodSettings';
import { DEFAULT_RECIPE } from '../recipeSettings';
import type { TrainingSettings } from '../settings';

/** Settings of a run of seconds, for tests. */
export const TEST_SETTINGS: TrainingSettings = {
  model: 'resnet20',
  stem: 'cifar',
  zeroInitResidual: false,
  normalization: 'half',
  cropPadding: 4,
  flip: true,
  cutout: 8,
  cutoutPer: 'image',
  epochs: 2,
  batchSize: 8,
  ...DEFAULT_METHOD,
  ...DEFAULT_RECIPE,
  method: 'sam',
  learningRate: 0.05,
  schedule: 'cosine',
  warmupEpochs: 1,
  decayShare: 0.3,
  optimizer: 'sgd',
  momentum: 0.9,
  nesterov: true,
  beta1: 0.9,
  beta2: 0.999,
  adamEpsilon: 1e-8,
  clipNorm: 0,
  weightDecay: 5e-4,
  weightDecayIn: 'step',
  weightDecayOn: 'all',
  labelSmoothing: 0.1,
  seed: 3,
};

/** Twenty training and ten test images. */
export function testImages(): DatasetPair {
  return syntheticDataset(10, { trainPerClass: 2, testPerClass: 1, seed: 0 });
}
