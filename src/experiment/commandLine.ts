import { InvalidArgumentError, Option } from 'commander';
import { METHODS } from '../train/methodSettings';
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
  selection: 'last, or bestOnTest: the lowest test error along the run, which is no fair error',
  labelNoise: 'share p of training labels replaced, 0 to 1: exactly p, always by another class (drawing from all C classes changes p (1 - 1/C))',
  subsetSeed: 'draws the subset, the held-out part and the label noise',
  model: 'resnet20, resnet32, resnet56, resnet50, resnet101, resnet152 or fast',
  stem: 'first layers of resnet50 and deeper: imagenet or cifar',
  zeroInitResidual: "start each block's last batch-norm scale at 0",
  normalization: 'half (mean and deviation 0.5) or dataset (its own)',
  cropPadding: 'padding before a random crop, in pixels; 0 is off',
  flip: 'mirror images at random',
  cutout: 'side of the square cut out of each image, in pixels; 0 is off',
  cutoutPer: 'image, or batch: one square for all images of a batch',
  epochs: 'passes over the training images',
  batchSize: 'images per step',
  method: `${METHODS.slice(0, -1).join(', ')} or ${METHODS.at(-1)!}`,
  rho: 'radius of the perturbation',
  radiusIn: 'twoNorm: rho is the 2-norm that other balls match; ownNorm: the radius in their own norm',
  perturbationNorm: "exponent of SAM's norm, 1 or more, or infinity",
  ascentSteps: 'sign steps of fgsm',
  ascentMomentum: 'share of the accumulated direction that fgsm keeps',
  ascentBall: 'ball of fgsm: infinity or euclidean',
  ascentStepLength: "length of fgsm's steps in radii; 0 is 1 / ascentSteps",
  ascentProjection: 'project fgsm into its ball',
  ascentBound: "largest element of fgsm's perturbation after a projection; 0 is the radius",
  asamEta: "added to the weights' magnitudes in asam",
  asamScaling: 'element, filter or layer',
  asamOn: "what asam scales: weights (the paper's text), weightsAndNormScales (the authors' code) or all (the replicated report's code)",
  sparsity: 'share that ssamF and ssamD leave unperturbed, 0 to 1',
  maskAt: "beforeNorm: mask the gradient (SSAM's text); afterNorm: mask the perturbation (its authors' code)",
  maskEpochs: 'epochs between masks',
  maskSamples: "images that decide ssamF's mask",
  dropRate: 'share of live parameters that ssamD first drops, 0 to 1',
  lookEvery: 'a second pass every so many steps of lookSam',
  lookAlpha: "how strongly lookSam's other steps follow it",
  gsamAlpha: "how much of the plain gradient's part across SAM's gsam takes off",
  wsamGamma: "weight of sharpness in wsam's loss, 0 to 1; 0.5 without decoupling is sam",
  wsamDecoupled: "move the weights by wsam's sharpness beside the base step",
  friendlySigma: 'how much of the mean gradient friendlySam takes off',
  friendlyLambda: 'share of that mean which each step keeps, 0 to 1',
  sanerAlpha: 'how much saner takes off elements that SAM makes smaller, 0 to 1',
  sanerRampEpochs: "epochs over which saner's alpha rises from 0",
  perturbationScope: 'all, weights, norm or noNorm',
  groupSize: 'images per perturbation (m-sharpness); 0 takes the batch',
  rhoSchedule: 'constant, rising, falling or learningRate',
  perturbationStart: 'first epoch with perturbations, or decay: with that of warmupStableDecay',
  perturbationEnd: 'last epoch with perturbations; 0 is the end',
  learningRate: 'peak learning rate',
  schedule: 'constant, cosine, steps, warmupStableDecay or triangular',
  warmupEpochs: 'linear warm-up, in epochs; unless given, half of a run that is too short for the default',
  decayShare: 'share of the time after warm-up in which warmupStableDecay decays',
  optimizer: 'sgd (with momentum) or adamw',
  momentum: "sgd's momentum factor, 0 to 1",
  nesterov: "Nesterov's momentum, of sgd",
  beta1: 'share of the mean of gradients that adamw keeps, 0 to 1',
  beta2: 'share of the mean of squared gradients that adamw keeps, 0 to 1',
  adamEpsilon: 'added to the root of that mean',
  clipNorm: 'largest 2-norm of what the optimizer steps along, over all parameters; 0 is off',
  weightDecay: 'L2 penalty of sgd; share per unit of the learning rate that adamw takes off the weights',
  weightDecayIn: "step: added at w by the base step; loss: added to each gradient at its own point (MSAM's official code, at w + eps)",
  weightDecayOn: 'what decays: all or weights',
  labelSmoothing: 'label smoothing, 0 to 1',
  cropBorder: "what lies outside of a cropped image: zero, or reflect: the image's mirror image",
  flipMode: 'random: drawn each epoch; alternating: drawn once, then every other epoch mirrors the others',
  lastBatch: "keep or drop an epoch's incomplete last batch",
  testAugmentation: 'whose logits the error is of: none, mirror (images and mirror images) or mirrorAndShift',
  triangleStart: 'share of the learning rate with which triangular starts',
  trianglePeak: 'share of all steps at which triangular reaches the learning rate',
  triangleEnd: 'share of the learning rate with which triangular ends',
  decoupled: 'give learningRate and weightDecay per 1,024 images, apart from momentum, batch size and each other',
  biasRate: 'multiple of the learning rate that biases get',
  normScaleRate: 'multiple of the learning rate that scales of batch norm get',
  normShiftRate: 'multiple of the learning rate that shifts of batch norm get',
  freeze: 'parameters that are not trained, such as "conv1.weight,bn1@3" (bn1 after 3 epochs)',
  lookaheadEvery: "steps between Lookahead's averages; 0 is off",
  lookaheadKeep: 'share of the slow weights that Lookahead keeps at the end',
  lookaheadPower: 'power of the share of steps taken by which Lookahead keeps less before; 0 keeps the same',
  precision: 'float32 or mixed (bfloat16 activations and products)',
  snapshotEvery: 'epochs between weights kept along training, for pictures of its path; 0 keeps the last alone',
  kernels: 'measured: the fastest on this machine; pinned: the same everywhere',
  seed: 'draws initial weights, order and augmentation',
};

/** Words that stand where a number may. */
const WORDS: { readonly [Key in keyof ExperimentConfig]?: string } = { perturbationNorm: 'infinity', perturbationStart: 'decay' };

/** The groups of `--help`, each from the setting that comes first in it. */
const GROUPS: { readonly [Key in keyof ExperimentConfig]?: string } = {
  dataset: 'Images:',
  model: 'Network:',
  normalization: 'What training sees of an image:',
  epochs: 'Length:',
  method: 'Method and perturbation:',
  learningRate: 'Base optimizer:',
  precision: 'How it is computed:',
};

function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') {
    throw new InvalidArgumentError(`expected true or false, got "${text}".`);
  }
  return text === 'true';
}

function parseValue(key: keyof ExperimentConfig): (text: string) => unknown {
  return (text) => {
    if (typeof DEFAULT_CONFIG[key] === 'number' && text !== WORDS[key]) {
      const value = Number(text);
      if (text.trim() === '' || Number.isNaN(value)) {
        throw new InvalidArgumentError(`expected a number, got "${text}".`);
      }
      return value;
    }
    return text;
  };
}

/** The flag of a setting, such as "--batch-size". */
export function settingFlag(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A message about settings as one who gave them as flags reads it. Names that are words of English are taken for settings at the beginning of a line alone. */
export function withFlagNames(message: string): string {
  const compound = CONFIG_KEYS.filter((key) => /[A-Z]/.test(key)).join('|');
  return message
    .replace(/^(validateConfig|planSingle): /, '')
    .replace(new RegExp(`^( *)(${CONFIG_KEYS.join('|')})(?=:)`, 'gm'), (_, indent: string, key: string) => `${indent}${settingFlag(key)}`)
    .replace(new RegExp(`(?<!["\\w-])(${compound})(?!["\\w])`, 'g'), (key) => settingFlag(key));
}

/** The presets and groups, a line each, for the help of a command. */
export function presetList(): string {
  const single = PRESETS.map(({ name, description }) => `  ${name.padEnd(15)} ${description}`);
  const groups = Object.entries(PRESET_GROUPS).map(([name, members]) => `  ${name.padEnd(15)} ${members.join(' and ')}`);
  return ['', 'Presets:', ...single, 'Groups:', ...groups].join('\n');
}

function booleanOptions(key: keyof ExperimentConfig, description: string): Option[] {
  const negative = settingFlag(key).replace('--', '--no-');
  const positive = new Option(`${settingFlag(key)} [true|false]`, `${description} (default: ${String(DEFAULT_CONFIG[key])}; ${negative} switches it off)`);
  return [positive.argParser(parseBoolean), new Option(negative).hideHelp()];
}

/** One flag for each setting of a run, in the order of `CONFIG_KEYS`; those that are on or off need no value, and have a second flag that switches them off. */
export function settingOptions(): Option[] {
  let group = '';
  return CONFIG_KEYS.flatMap((key) => {
    group = GROUPS[key] ?? group;
    const options =
      typeof DEFAULT_CONFIG[key] === 'boolean'
        ? booleanOptions(key, DESCRIPTIONS[key])
        : [new Option(`${settingFlag(key)} <value>`, `${DESCRIPTIONS[key]} (default: ${String(DEFAULT_CONFIG[key])})`).argParser(parseValue(key))];
    return options.map((option) => option.helpGroup(group));
  });
}
