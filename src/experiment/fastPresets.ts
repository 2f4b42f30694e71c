import type { ExperimentConfig } from './config';
import type { Preset, Tuning } from './preset';

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

const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Which parameters are perturbed matters here, since shifts of batch norm have 64 times the learning rate of weights. */
const SCOPES = ['all', 'noNorm'] as const;
const RADII = { rho: [0.05, 0.1, 0.2, 0.4], perturbationScope: SCOPES };

/** Eight settings for each method, three seeds each, on 5,000 training images that are held out. */
const TUNING: Tuning = {
  epochs: 9.9,
  seeds: [100, 101, 102],
  changes: { heldOutPerClass: 500 },
  grids: {
    sgd: { learningRate: [6, 8, 9.5, 11.5, 13.5, 16, 19, 23] },
    sam: RADII,
  },
};

/** Methods beside SGD and SAM; the radii of ASAM and MSAM are ten and more times SAM's. */
const FAMILY_GRIDS: Tuning['grids'] = {
  ...TUNING.grids,
  fgsm: { ...RADII, ascentSteps: [2] },
  asam: { ...RADII, rho: [0.25, 0.5, 1, 2] },
  ssamD: RADII,
  msam: { ...RADII, rho: [0.5, 1, 2, 4] },
  lookSam: RADII,
  gsam: RADII,
  wsam: RADII,
  friendlySam: RADII,
};

/** Presets that can decide a comparison without a graphics card. */
export const FAST_PRESETS: readonly Preset[] = [
  {
    name: 'quick-fast',
    description: 'a few steps of the fast network with its recipe; part of quick',
    changes: { ...FAST_RECIPE, imagesPerClass: 20, testImagesPerClass: 20, normalization: 'half', epochs: 4, batchSize: 50, precision: 'float32', kernels: 'pinned' },
    grid: { dataset: ['cifar10'], method: ['sgd', 'sam'] },
  },
  {
    name: 'fast',
    description: 'SGD and SAM on all of CIFAR-10 with the published 94 % network, without a graphics card, one seed',
    changes: FAST_RECIPE,
    grid: { dataset: ['cifar10'], method: ['sgd', 'sam'], seed: [0] },
  },
  {
    name: 'fast-radii',
    description: 'the fast network as published with SGD, and with SAM at two radii that no trial chose, ten seeds',
    changes: FAST_RECIPE,
    grid: { dataset: ['cifar10'], seed: SEEDS },
    variants: [{ method: 'sgd' }, { method: 'sam', rho: 0.05 }, { method: 'sam', rho: 0.1 }],
  },
  {
    name: 'fast-sgd-sam',
    description: 'the fast network: SGD, SAM at equal epochs and SGD with twice the epochs, ten seeds, settings from trials on held-out images',
    changes: FAST_RECIPE,
    grid: { dataset: ['cifar10'], seed: SEEDS },
    variants: [{ method: 'sgd' }, { method: 'sam' }, { method: 'sgd', epochs: 19.8 }],
    tuning: TUNING,
  },
  {
    name: 'fast-family',
    description: 'the fast network: the SAM family and the schedules of its radius at equal epochs, five seeds, settings from trials on held-out images',
    changes: FAST_RECIPE,
    grid: { dataset: ['cifar10'], seed: SEEDS.slice(0, 5) },
    variants: [
      { method: 'sgd' },
      { method: 'sam' },
      { method: 'fgsm', ascentSteps: 2 },
      ...(['asam', 'ssamD', 'msam', 'lookSam', 'gsam', 'wsam', 'friendlySam'] as const).map((method) => ({ method })),
      ...(['rising', 'falling', 'learningRate'] as const).map((rhoSchedule) => ({ method: 'sam', rhoSchedule }) as const),
    ],
    tuning: { ...TUNING, grids: FAMILY_GRIDS },
  },
  {
    name: 'fast-cifar100',
    description: 'the fast network on CIFAR-100: SGD and SAM at equal epochs, five seeds, settings from trials on held-out images',
    changes: FAST_RECIPE,
    grid: { dataset: ['cifar100'], seed: SEEDS.slice(0, 5), method: ['sgd', 'sam'] },
    tuning: { ...TUNING, changes: { heldOutPerClass: 50 } },
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
