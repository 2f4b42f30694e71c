import { InvalidArgumentError, Option } from 'commander';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG, PRESET_GROUPS, PRESETS } from './presets';
import { CONFIG_KEYS } from './schema';

/** What each flag means, with its unit. */
const DESCRIPTIONS: { readonly [Key in keyof ExperimentConfig]: string } = {
  dataset: 'cifar10 or cifar100',
  imagesPerClass: 'training images per class; 0 takes all',
  heldOutPerClass: 'images per class held out of the training set for choices',
  testImagesPerClass: 'test images per class; 0 takes all',
  evaluateOn: 'where the final error is measured: test or heldOut',
  labelNoise: 'share of training labels replaced by another class, 0 to 1',
  subsetSeed: 'draws the subset, the held-out part and the label noise',
  model: 'resnet20, resnet32, resnet56, resnet50, resnet101 or resnet152',
  stem: 'first layers of resnet50 and deeper: imagenet or cifar',
  zeroInitResidual: "start each block's last batch-norm scale at 0",
  normalization: 'half (mean and deviation 0.5) or dataset (its own)',
  cropPadding: 'padding before a random crop, in pixels; 0 is off',
  flip: 'mirror images at random',
  cutout: 'side of the square cut out of each image, in pixels; 0 is off',
  epochs: 'passes over the training images',
  batchSize: 'images per step',
  method: 'sgd or sam',
  rho: "radius of SAM's perturbation in the 2-norm",
  learningRate: 'peak learning rate',
  schedule: 'constant, cosine, steps or warmupStableDecay',
  warmupEpochs: 'linear warm-up, in epochs',
  momentum: 'momentum factor, 0 to 1',
  nesterov: "Nesterov's momentum",
  weightDecay: 'L2 penalty in the base step',
  weightDecayOn: 'what decays: all or weights',
  labelSmoothing: 'label smoothing, 0 to 1',
  seed: 'draws initial weights, order and augmentation',
};

function parseValue(key: keyof ExperimentConfig): (text: string) => unknown {
  const example = DEFAULT_CONFIG[key];
  return (text) => {
    if (typeof example === 'number') {
      const value = Number(text);
      if (text.trim() === '' || Number.isNaN(value)) {
        throw new InvalidArgumentError(`expected a number, got "${text}".`);
      }
      return value;
    }
    if (typeof example === 'boolean') {
      if (text !== 'true' && text !== 'false') {
        throw new InvalidArgumentError(`expected true or false, got "${text}".`);
      }
      return text === 'true';
    }
    return text;
  };
}

function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The presets and groups, a line each, for the help of a command. */
export function presetList(): string {
  const single = PRESETS.map(({ name, description }) => `  ${name.padEnd(15)} ${description}`);
  const groups = Object.entries(PRESET_GROUPS).map(([name, members]) => `  ${name.padEnd(15)} ${members.join(' and ')}`);
  return ['', 'Presets:', ...single, 'Groups:', ...groups].join('\n');
}

/** One flag for each setting of a run, in the order of `CONFIG_KEYS`. */
export function settingOptions(): Option[] {
  return CONFIG_KEYS.map((key) => {
    const option = new Option(`${flagName(key)} <value>`, `${DESCRIPTIONS[key]} (default: ${String(DEFAULT_CONFIG[key])})`);
    return option.argParser(parseValue(key));
  });
}
