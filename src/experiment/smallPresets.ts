import type { ExperimentConfig } from './config';
import type { Preset } from './preset';
import { PUBLISHED_DEFECTS } from './publishedDefects';

/**
 * The budget of the quick comparisons on real images: ResNet-20, 1,000 CIFAR-10 images, 5 epochs of 20 steps, 2,000 test
 * images. A run of SGD takes half a minute on two cores, one of SAM not quite twice that.
 */
const SMALL: Partial<ExperimentConfig> = {
  imagesPerClass: 100,
  testImagesPerClass: 200,
  normalization: 'half',
  model: 'resnet20',
  epochs: 5,
  batchSize: 50,
  warmupEpochs: 1,
};

/** The sister project's recipe on a tenth of its images: 50 steps, so it shows whether a network trains, not how well. */
const SISTER: Partial<ExperimentConfig> = {
  imagesPerClass: 500,
  testImagesPerClass: 200,
  model: 'resnet56',
  zeroInitResidual: false,
  epochs: 5,
  batchSize: 512,
  schedule: 'constant',
  warmupEpochs: 0,
  nesterov: false,
  weightDecay: 1e-4,
};

/** SGD, SAM and each reviewed method with its paper's own radius for CIFAR-10; FGSM with two steps at SAM's radius. Nothing is tuned. */
export const REVIEWED_METHODS = [
  { method: 'sgd' },
  { method: 'sam', rho: 0.05 },
  { method: 'fgsm', rho: 0.05, ascentSteps: 2 },
  { method: 'asam', rho: 0.5 },
  { method: 'ssamF', rho: 0.1, maskEpochs: 2 },
  { method: 'ssamD', rho: 0.1, maskEpochs: 2 },
  { method: 'msam', rho: 3 },
  { method: 'lookSam', rho: 0.05 },
] as const satisfies readonly Partial<ExperimentConfig>[];

/** FGSM as a sister project of the original made it: 0.00025 a coordinate and step, unclipped. */
function sisterSteps(ascentSteps: number): Partial<ExperimentConfig> {
  return { method: 'fgsm', ascentSteps, radiusIn: 'ownNorm', rho: 0.00025, ascentStepLength: 1, ascentProjection: false };
}

/** FGSM by steps at the 2-norm of SAM's radius, with momentum, and as the sister project made it. */
const FGSM_VARIANTS = [
  { method: 'sgd' },
  { method: 'sam' },
  ...[1, 2, 5, 10].map((ascentSteps) => ({ method: 'fgsm', ascentSteps }) as const),
  { method: 'fgsm', ascentSteps: 2, ascentMomentum: 1 },
  sisterSteps(4),
] as const satisfies readonly Partial<ExperimentConfig>[];

/** SGD and SAM, and the sister project's FGSM by its number of steps; its own runs with more than 3 failed to train. */
const SISTER_VARIANTS: readonly Partial<ExperimentConfig>[] = [{ method: 'sgd' }, { method: 'sam' }, ...[1, 2, 3, 4, 5, 10].map(sisterSteps)];

/**
 * Whether radius or clip kept the original's FGSM from training: two steps of 0.05 a coordinate, clipped at the 0.001 that its code
 * asks for, never clipped as it ran, and clipped at its radius.
 */
const CLIP_VARIANTS: readonly Partial<ExperimentConfig>[] = [{ ascentProjection: true, ascentBound: 0.001 }, {}, { ascentProjection: true }].map((clip) => ({
  ...PUBLISHED_DEFECTS.fgsmAsItRan,
  ascentSteps: 2,
  ...clip,
}));

const { learningRate, fgsmAsItRan, perCoordinateRadius, noProjection, ...OTHER_DEFECTS } = PUBLISHED_DEFECTS;

/** Batches of 128 are the control for the learning rate, and cutout per image that for cutout per batch; FGSM takes two steps. */
const DEFECT_VARIANTS: readonly Partial<ExperimentConfig>[] = [
  { method: 'sgd' },
  {},
  ...Object.values(OTHER_DEFECTS),
  { cutout: 16 },
  ...[perCoordinateRadius, noProjection, fgsmAsItRan].map((defect) => ({ ...defect, ascentSteps: 2 })),
  ...(['sgd', 'sam'] as const).flatMap((method) => [{ method, batchSize: learningRate.batchSize }, { ...learningRate, method }]),
];

/** Presets of quick comparisons on real images, about an hour on two cores in all; runs that two of them share are made once. */
export const SMALL_PRESETS: readonly Preset[] = [
  {
    name: 'family',
    description: 'each reviewed method beside SGD and SAM on 1,000 CIFAR-10 images: twenty minutes on two cores',
    changes: SMALL,
    grid: { dataset: ['cifar10'], seed: [0, 1, 2] },
    variants: REVIEWED_METHODS,
  },
  {
    name: 'fgsm-steps',
    description: "multi-step FGSM with 1 to 10 steps at SAM's radius, on the same budget, three seeds",
    changes: SMALL,
    grid: { dataset: ['cifar10'], seed: [0, 1, 2] },
    variants: FGSM_VARIANTS,
  },
  {
    name: 'fgsm-clip',
    description: "the original's FGSM with its clip working, not working and at its radius, and a sister project's steps, on the same budget, three seeds",
    changes: SMALL,
    grid: { dataset: ['cifar10'], seed: [0, 1, 2] },
    variants: [{ method: 'sgd' }, { method: 'sam' }, ...CLIP_VARIANTS, ...SISTER_VARIANTS.slice(2)],
  },
  {
    name: 'fgsm-sister',
    description: "the sister project's FGSM on its own network, ResNet-56 in batches of 512, 5,000 images, 5 epochs: 2 to 20 minutes a run",
    changes: SISTER,
    grid: { dataset: ['cifar10'], seed: [0, 1, 2] },
    variants: SISTER_VARIANTS,
  },
  {
    name: 'defects',
    description: "each defect of the original's code alone, beside SGD and SAM without any, on the same budget, three seeds",
    changes: { ...SMALL, method: 'sam' },
    grid: { dataset: ['cifar10'], seed: [0, 1, 2] },
    variants: DEFECT_VARIANTS,
  },
  {
    name: 'defects-cifar100',
    description: "the original's learning rate on 2,000 CIFAR-100 images, where its errors near 90 % are, three seeds",
    changes: { ...SMALL, imagesPerClass: 20, testImagesPerClass: 20, batchSize: learningRate.batchSize },
    grid: { dataset: ['cifar100'], seed: [0, 1, 2], method: ['sgd', 'sam'] },
    variants: [{}, learningRate],
  },
  {
    name: 'minima',
    description: 'SGD and SAM on 200 CIFAR-10 images until the loss is low, for the sharpness of where they end, three seeds',
    changes: { ...SMALL, imagesPerClass: 20, epochs: 60 },
    grid: { dataset: ['cifar10'], method: ['sgd', 'sam'], seed: [0, 1, 2] },
  },
  {
    name: 'precision',
    description: 'SGD in float32 and in mixed precision from the same seeds, on the same budget',
    // Pinned: measured kernels would keep activations in float32 on a processor that is slow with bfloat16.
    changes: { ...SMALL, kernels: 'pinned' },
    grid: { dataset: ['cifar10'], precision: ['float32', 'mixed'], seed: [0, 1, 2] },
  },
];
