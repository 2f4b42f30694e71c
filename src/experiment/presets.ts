import type { MethodName } from '../train/methodSettings';
import { didYouMean } from '../command/nearestName';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG, withDefaults } from './defaultConfig';
import { crossProduct, type Grid } from './grid';
import { FAST_PRESETS } from './fastPresets';
import type { Preset } from './preset';
import { PUBLISHED_DEFECTS } from './publishedDefects';
import { validateConfig } from './schema';
import { SMALL_PRESETS } from './smallPresets';

export { DEFAULT_CONFIG };

const METHODS = ['sgd', 'sam'] as const;
const DATASETS = ['cifar10', 'cifar100'] as const;

/** The settings that the original's notebook ran with. */
const AS_PUBLISHED: Partial<ExperimentConfig> = {
  stem: 'imagenet',
  zeroInitResidual: false,
  autoAugment: 'cifar10',
  cutout: 16,
  learningRate: 1,
  warmupEpochs: 0,
  weightDecay: 1e-4,
  labelSmoothing: 0.1,
};

const { asamForm, perCoordinateRadius, noProjection, fgsmAsItRan, selectionOnTest, cutoutPerBatch } = PUBLISHED_DEFECTS;

/** Further defects of the original's code, one at a time; the last is its SAM as it ran. Its learning rate is in `AS_PUBLISHED`. */
const FURTHER_DEFECTS: readonly Partial<ExperimentConfig>[] = [
  asamForm,
  ...[perCoordinateRadius, noProjection, fgsmAsItRan].map((defect) => ({ ...defect, ascentSteps: 2 })),
  ...[selectionOnTest, cutoutPerBatch].map((defect) => ({ ...defect, method: 'sam' as const })),
  { ...asamForm, ...selectionOnTest, ...cutoutPerBatch },
];

/** All presets. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'quick',
    description: 'minutes on two cores: proves that everything works, and is no result',
    changes: { imagesPerClass: 20, testImagesPerClass: 20, normalization: 'half', model: 'resnet20', epochs: 6, batchSize: 50, warmupEpochs: 1, learningRate: 0.05, kernels: 'pinned' },
    byDataset: { cifar100: { imagesPerClass: 5, testImagesPerClass: 5 } },
    grid: { dataset: DATASETS, method: METHODS, seed: [0, 1] },
  },
  {
    name: 'quick-resnet50',
    description: 'a few steps of ResNet-50 with the ImageNet stem; part of quick',
    changes: { imagesPerClass: 20, testImagesPerClass: 20, normalization: 'half', stem: 'imagenet', epochs: 2, batchSize: 100, warmupEpochs: 1, learningRate: 0.05, kernels: 'pinned' },
    grid: { dataset: ['cifar10'], method: METHODS },
  },
  {
    name: 'smoke',
    description: 'seconds: one epoch of ResNet-20 on a handful of images, for tests',
    changes: { imagesPerClass: 4, testImagesPerClass: 4, normalization: 'half', model: 'resnet20', epochs: 1, batchSize: 20, warmupEpochs: 0, kernels: 'pinned' },
    grid: { dataset: DATASETS, method: METHODS },
  },
  {
    name: 'laptop',
    description: "the original's small-sample reading, days on two cores: 100 training images per class (50 of CIFAR-100), whole test set",
    // With 5 epochs of warm-up (40 steps) the training loss rose to 9 nats at a learning rate of 0.2; with 10 epochs, to 7.
    changes: { imagesPerClass: 100, heldOutPerClass: 100, normalization: 'half', stem: 'imagenet', warmupEpochs: 10 },
    byDataset: { cifar100: { imagesPerClass: 50, heldOutPerClass: 20 } },
    subsetPerSeed: true,
    grid: { dataset: DATASETS, epochs: [100, 200, 400], seed: [0, 1, 2, 3, 4], method: METHODS },
    tuning: {
      epochs: 20,
      seeds: [100, 101, 102],
      grids: {
        sgd: { learningRate: [0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8] },
        sam: { learningRate: [0.1, 0.2, 0.4], rho: [0.02, 0.05, 0.1] },
      },
    },
  },
  {
    name: 'as-published',
    description: "the original's own settings on all training images, ImageNet stem, learning rate 1.0: for a GPU or for patient people",
    changes: AS_PUBLISHED,
    grid: { dataset: DATASETS, epochs: [100, 200, 400], seed: [0, 1, 2], method: METHODS },
  },
  {
    name: 'as-published-defects',
    description: "as-published with each further defect of the original's code switched on alone, then those of its SAM runs together: for a GPU",
    changes: AS_PUBLISHED,
    grid: { dataset: DATASETS, epochs: [100, 200, 400], seed: [0, 1, 2] },
    variants: FURTHER_DEFECTS,
  },
  {
    name: 'tail',
    description: 'SAM for the last fifth or 57 % of 100 epochs, where the learning rate decays to zero; hours on two cores',
    changes: { imagesPerClass: 100, normalization: 'half', stem: 'imagenet', epochs: 100, schedule: 'warmupStableDecay', perturbationStart: 'decay' },
    byDataset: { cifar100: { imagesPerClass: 50 } },
    grid: { dataset: DATASETS, decayShare: [0.2, 0.57], seed: [0, 1, 2], method: METHODS },
  },
  ...SMALL_PRESETS,
  ...FAST_PRESETS,
  {
    name: 'corrected',
    description: 'the corrected recipe on all training images, both stems: for a GPU or for patient people',
    changes: { cutout: 16 },
    byDataset: { cifar100: { rho: 0.1 } },
    grid: { stem: ['cifar', 'imagenet'], dataset: DATASETS, epochs: [100, 200, 400], seed: [0, 1, 2], method: METHODS },
  },
];

/** Groups of presets, by one name. */
export const PRESET_GROUPS: Readonly<Record<string, readonly string[]>> = {
  quick: ['quick', 'quick-resnet50', 'quick-fast'],
  defects: ['defects', 'defects-cifar100'],
  paper: ['corrected', 'as-published'],
};

/** Finds a preset by name. @throws RangeError for an unknown name, with the known ones. */
export function findPreset(name: string): Preset {
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (preset === undefined) {
    const known = PRESETS.map((one) => one.name);
    throw new RangeError(`findPreset: there is no preset "${name}"; choose ${known.join(', ')}${didYouMean(name, known) || '.'}`);
  }
  return preset;
}

/** All runs of a preset, in the order of its grid, before any tuning has decided their settings. */
export function presetConfigs(preset: Preset): ExperimentConfig[] {
  const { changes, byDataset, grid, variants = [{}] } = preset;
  return crossProduct(grid).flatMap((point) => {
    const dataset = point.dataset ?? DEFAULT_CONFIG.dataset;
    return variants.map((variant) => validateConfig(withSubset(preset, withDefaults({ ...changes, ...byDataset?.[dataset], ...variant, ...point }))));
  });
}

function withSubset({ subsetPerSeed = false }: Preset, config: ExperimentConfig): ExperimentConfig {
  return subsetPerSeed ? { ...config, subsetSeed: config.seed } : config;
}

/** The trials that decide the settings of a preset's runs on one data set: for each method the same number. */
export function tuningConfigs(preset: Preset, dataset: ExperimentConfig['dataset']): ExperimentConfig[] {
  const { changes, byDataset, tuning } = preset;
  if (tuning === undefined) {
    return [];
  }
  const shared = { ...changes, ...byDataset?.[dataset], dataset, epochs: tuning.epochs, evaluateOn: 'heldOut', ...tuning.changes } as const;
  return (Object.entries(tuning.grids) as [MethodName, Grid][]).flatMap(([method, values]) =>
    crossProduct(values).flatMap((point) => tuning.seeds.map((seed) => validateConfig(withSubset(preset, withDefaults({ ...shared, method, seed, ...point }))))),
  );
}
