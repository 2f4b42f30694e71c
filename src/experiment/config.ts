import { z } from 'zod';
import { merged, setting, type Setting, type Values } from '../train/setting';
import { SEED, TRAINING_GROUPS, type TRAINING_SETTINGS } from '../train/settings';

interface Drawn {
  readonly imagesPerClass: number;
  readonly heldOutPerClass: number;
  readonly testImagesPerClass: number;
  readonly labelNoise: number;
}

const count = z.int().min(0);

const IMAGES = {
  /** Which data set. */
  dataset: setting(z.enum(['cifar10', 'cifar100']), 'cifar10', 'cifar10 or cifar100'),
  /** Training images per class, drawn with the run's `subsetSeed`; 0 takes all that are not held out. */
  imagesPerClass: setting(count, 0, 'training images per class; 0 takes all'),
  /** Images per class taken out of the official training set for choices between settings; 0 holds nothing out. */
  heldOutPerClass: setting(count, 0, 'images per class held out of the training set for choices'),
  /** Test images per class, drawn with `subsetSeed`; 0 takes all, as every result should. */
  testImagesPerClass: setting(count, 0, 'test images per class; 0 takes all'),
  /** Where the final error is measured: the official test set, or the held-out part when settings are being chosen. */
  evaluateOn: setting(z.enum(['test', 'heldOut']), 'test', 'where the final error is measured: test or heldOut', { changesCost: false }),
  /** Which network's error is the result: the last one's, or the lowest test error along the run, as in the original (a biased estimate). */
  selection: setting(z.enum(['last', 'bestOnTest']), 'last', 'last, or bestOnTest: the lowest test error along the run, a biased estimate'),
  /**
   * Share p of training labels replaced by another class drawn uniformly, in [0, 1]: exactly p of them change. Drawing from all C
   * classes, as in other work, changes p (1 - 1 / C).
   */
  labelNoise: setting(z.number().min(0).max(1), 0, 'share p of training labels replaced, 0 to 1: exactly p, always by another class (drawing from all C classes changes p (1 - 1/C))'),
  /** Draws the subset, the held-out part and the label noise. Kept apart from `seed` so that runs can share their data. */
  subsetSeed: setting(z.int(), 0, 'draws the subset, the held-out part and the label noise', {
    changesCost: false,
    inRunName: 'always',
    idle: ({ imagesPerClass, heldOutPerClass, testImagesPerClass, labelNoise }: Drawn) =>
      !(imagesPerClass > 0 || heldOutPerClass > 0 || testImagesPerClass > 0 || labelNoise > 0) && 'all images are taken as they are, so it draws nothing',
  }),
};

const COMPUTING = {
  /** float32, or bfloat16 for activations and products where the processor has it; weights and sums stay float32. */
  precision: setting(z.enum(['float32', 'mixed']), 'float32', 'float32 or mixed (bfloat16 activations and products)'),
  /**
   * Which of several kernels computes a product: the fastest, timed once on this machine, or always the first of its list, so that
   * machines compute alike. They differ only in rounding, and the result says which were used.
   */
  kernels: setting(z.enum(['measured', 'pinned']), 'measured', 'measured: the fastest on this machine; pinned: the same everywhere', { inRunName: 'never' }),
  /** Epochs between the weights that are kept along training, for pictures of its path; 0 keeps only the last. */
  snapshotEvery: setting(count, 0, 'epochs between weights kept along training, for pictures of its path; 0 keeps only the last', { changesCost: false, inRunName: 'never' }),
};

/** All settings of a run, by the headings of the command line's help. */
export const CONFIG_GROUPS = { 'Images:': IMAGES, ...TRAINING_GROUPS, 'How it is computed:': { ...COMPUTING, ...SEED } };

/** All settings of a run, in the order in which they are listed. */
export const CONFIG_SETTINGS: typeof IMAGES & typeof TRAINING_SETTINGS & typeof COMPUTING = merged(CONFIG_GROUPS);

/** Everything that decides the numbers of one training run. Flat, so that each field is a flag of the command line. */
export interface ExperimentConfig extends Values<typeof CONFIG_SETTINGS> {}

/** A setting of a run; the compiler checks that each `idle` reads only settings that exist. */
type ConfigSetting = Omit<Setting<unknown, never>, 'idle'> & { readonly idle?: (config: ExperimentConfig) => string | false };

/** The same settings by name, for code that treats all alike. */
export const SETTING: { readonly [Key in keyof ExperimentConfig]: ConfigSetting } = CONFIG_SETTINGS;

/** Names of all settings, in the order in which they are listed. */
export const CONFIG_KEYS = Object.keys(CONFIG_SETTINGS) as readonly (keyof ExperimentConfig)[];
