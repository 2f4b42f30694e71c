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
  model: 'resnet20, resnet32, resnet56, resnet50, resnet101 or resnet152',
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
  schedule: 'constant, cosine, steps or warmupStableDecay',
  warmupEpochs: 'linear warm-up, in epochs',
  decayShare: 'share of the time after warm-up in which warmupStableDecay decays',
  momentum: 'momentum factor, 0 to 1',
  nesterov: "Nesterov's momentum",
  weightDecay: 'L2 penalty',
  weightDecayIn: "step: added at w by the base step; loss: added to each gradient at its own point (MSAM's official code, at w + eps)",
  weightDecayOn: 'what decays: all or weights',
  labelSmoothing: 'label smoothing, 0 to 1',
  precision: 'float32 or mixed (bfloat16 activations and products)',
  snapshotEvery: 'epochs between weights kept along training, for pictures of its path; 0 keeps the last alone',
  kernels: 'measured: the fastest on this machine; pinned: the same everywhere',
  seed: 'draws initial weights, order and augmentation',
};

/** Words that stand where a number may. */
const WORDS: { readonly [Key in keyof ExperimentConfig]?: string } = { perturbationNorm: 'infinity', perturbationStart: 'decay' };

function parseValue(key: keyof ExperimentConfig): (text: string) => unknown {
  const example = DEFAULT_CONFIG[key];
  return (text) => {
    if (typeof example === 'number' && text !== WORDS[key]) {
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
