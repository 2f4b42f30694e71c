import type { ExperimentConfig } from './config';
import type { Preset } from './presets';

/**
 * The recipe of the `fast` network: 9.9 epochs on all images, to 94 % on CIFAR-10.
 *
 * @source Jordan 2024 (arXiv 2404.00498), listing 4 and table 5.
 */
export const FAST_RECIPE: Partial<ExperimentConfig> = {
  model: 'fast',
  epochs: 9.9,
  batchSize: 1024,
  lastBatch: 'drop',
  cropPadding: 2,
  cropBorder: 'reflect',
  flipMode: 'alternating',
  testAugmentation: 'mirrorAndShift',
  learningRate: 11.5,
  weightDecay: 0.0153,
  decoupled: true,
  momentum: 0.85,
  nesterov: true,
  normShiftRate: 64,
  freeze: 'whiten.weight,whiten.bias@3',
  schedule: 'triangular',
  lookaheadEvery: 5,
  labelSmoothing: 0.2,
  precision: 'mixed',
};

/** Presets with which a comparison can be decided on a processor. */
export const FAST_PRESETS: readonly Preset[] = [
  {
    name: 'fast',
    description: 'SGD and SAM on all of CIFAR-10, to 94 % in a quarter of an hour without a graphics card, one seed',
    changes: FAST_RECIPE,
    grid: { dataset: ['cifar10'], method: ['sgd', 'sam'], seed: [0] },
  },
];
