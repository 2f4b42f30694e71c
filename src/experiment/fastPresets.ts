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
  {
    name: 'label-noise',
    description: 'SGD, SAM at three radii, SANER, MSAM and LookSAM on 10,000 CIFAR-10 images with 20, 40 and 60 % wrong labels, three seeds; hours on two cores',
    changes: { model: 'fastPlain', imagesPerClass: 1000, heldOutPerClass: 100, batchSize: 250, epochs: 40, warmupEpochs: 4, precision: 'mixed' },
    subsetPerSeed: true,
    grid: { dataset: ['cifar10'], labelNoise: [0.4, 0.2, 0.6], seed: [0, 1, 2] },
    variants: [
      { method: 'sgd' },
      ...[0.1, 0.2, 0.4].map((rho) => ({ method: 'sam', rho }) as const),
      { method: 'saner', rho: 0.1, sanerRampEpochs: 10 },
      { method: 'msam', rho: 3 },
      { method: 'lookSam', rho: 0.1 },
    ],
  },
];
