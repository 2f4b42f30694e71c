import { z } from 'zod';
import { MODEL_NAMES, OWN_STEM } from '../models/names';
import { METHOD_SETTINGS } from './methodSettings';
import { RECIPE_SETTINGS } from './recipeSettings';
import { merged, setting, type Values } from './setting';

const NETWORK = {
  /** Which network. */
  model: setting(z.enum(MODEL_NAMES), 'resnet50', 'resnet20, resnet32, resnet56, resnet50, resnet101, resnet152, fast or fastPlain'),
  /** First layers of ResNet-50 and deeper: 7x7 stride 2 and max-pool, or 3x3 stride 1. ResNet-20 to 56 have a CIFAR stem only. */
  stem: setting(z.enum(['imagenet', 'cifar']), 'cifar', 'first layers of resnet50 and deeper: imagenet or cifar', {
    idle: ({ model }: { readonly model: string }) => OWN_STEM.includes(model) && `${model} has a stem of its own`,
  }),
  /** Starts the last batch-norm scale of each residual block at 0 instead of 1 (Goyal et al. 2017, section 5.1). */
  zeroInitResidual: setting(z.boolean(), true, "start each block's last batch-norm scale at 0", { changesCost: false }),
};

const INPUT = {
  /** Mean and deviation that pixels are normalised with: 0.5 and 0.5 (the original's text), or the data set's own (its code). */
  normalization: setting(z.enum(['half', 'dataset']), 'dataset', 'half (mean and deviation 0.5) or dataset (its own)', { changesCost: false }),
  /** Pixels of zero padding before a random 32x32 crop; 0 turns cropping off. */
  cropPadding: setting(z.int().min(0).max(16), 4, 'padding before a random crop, in pixels; 0 is off'),
  /** Whether images are mirrored with probability 1/2. */
  flip: setting(z.boolean(), true, 'mirror images at random'),
  /** Side of the square that is cut out of each image, in pixels; 0 turns it off (DeVries and Taylor 2017). */
  cutout: setting(z.int().min(0).max(32), 0, 'side of the square cut out of each image, in pixels; 0 is off'),
  /** Whether each image has its own cutout square, or all of a batch share one (as in the original's code). */
  cutoutPer: setting(z.enum(['image', 'batch']), 'image', 'image, or batch: one square for all images of a batch', {
    idle: ({ cutout }: { readonly cutout: number }) => cutout === 0 && 'cutout is 0',
  }),
};

const LENGTH = {
  /** Passes over the training images; the last one may be partial. */
  epochs: setting(z.number().positive(), 200, 'passes over the training images', { changesCost: false }),
  /** Images per step. */
  batchSize: setting(z.int().min(2), 128, 'images per step'),
};

function readBySgd({ optimizer }: { readonly optimizer: string }): string | false {
  return optimizer !== 'sgd' && `the optimizer is ${optimizer}; sgd reads it`;
}

function readByAdamw({ optimizer }: { readonly optimizer: string }): string | false {
  return optimizer !== 'adamw' && `the optimizer is ${optimizer}; adamw reads it`;
}

const OPTIMIZER = {
  /** Peak learning rate. */
  learningRate: setting(z.number().positive(), 0.1, 'peak learning rate', { changesCost: false }),
  /** Shape of the learning rate over the run, after the warm-up. */
  schedule: setting(z.enum(['constant', 'cosine', 'steps', 'warmupStableDecay', 'triangular']), 'cosine', 'constant, cosine, steps, warmupStableDecay or triangular', { changesCost: false }),
  /** Epochs of linear warm-up; may be a fraction. */
  warmupEpochs: setting(z.number().min(0), 5, 'linear warm-up, in epochs; unless given, half of a run that is too short for the default', {
    changesCost: false,
    idle: ({ schedule }: { readonly schedule: string }) => schedule === 'triangular' && 'the schedule is triangular, which has no warm-up',
  }),
  /** Share of the time after warm-up in which `warmupStableDecay` decays, in (0, 1]. */
  decayShare: setting(z.number().positive().max(1), 0.3, 'share of the time after warm-up in which warmupStableDecay decays', {
    changesCost: false,
    idle: ({ schedule }: { readonly schedule: string }) => schedule !== 'warmupStableDecay' && `the schedule is ${schedule}; warmupStableDecay reads it`,
  }),
  /** The base optimizer, which steps along the gradients, perturbed or not: SGD with momentum, or AdamW. */
  optimizer: setting(z.enum(['sgd', 'adamw']), 'sgd', 'sgd (with momentum) or adamw'),
  /** SGD's momentum factor, in [0, 1). */
  momentum: setting(z.number().min(0).lt(1), 0.9, "sgd's momentum factor, 0 to 1", { changesCost: false, idle: readBySgd }),
  /** Whether SGD's momentum is Nesterov's. */
  nesterov: setting(z.boolean(), true, "Nesterov's momentum, of sgd", {
    changesCost: false,
    idle: ({ nesterov, momentum, optimizer }: { readonly nesterov: boolean; readonly momentum: number; readonly optimizer: string }) => (nesterov && momentum === 0 && 'momentum is 0') || readBySgd({ optimizer }),
  }),
  /** Share of the mean of gradients that AdamW keeps, in [0, 1). */
  beta1: setting(z.number().min(0).lt(1), 0.9, 'share of the mean of gradients that adamw keeps, 0 to 1', { changesCost: false, idle: readByAdamw }),
  /** Share of the mean of squared gradients that AdamW keeps, in [0, 1). */
  beta2: setting(z.number().min(0).lt(1), 0.999, 'share of the mean of squared gradients that adamw keeps, 0 to 1', { changesCost: false, idle: readByAdamw }),
  /** Added to the root of that mean, above 0. */
  adamEpsilon: setting(z.number().positive(), 1e-8, 'added to the root of that mean', { changesCost: false, idle: readByAdamw }),
  /** Largest 2-norm, over all parameters, of what the optimizer steps along; 0 is off. */
  clipNorm: setting(z.number().min(0), 0, 'largest 2-norm of what the optimizer steps along, over all parameters; 0 is off'),
  /** SGD: coupled L2 penalty. AdamW: decoupled, each step takes learningRate weightDecay w off w. */
  weightDecay: setting(z.number().min(0), 5e-4, 'L2 penalty of sgd; share per unit of the learning rate that adamw takes off the weights', { changesCost: false }),
  /** What the penalty acts on: every parameter (as in the original's code) or only weights. */
  weightDecayOn: setting(z.enum(['all', 'weights']), 'all', 'what decays: all or weights', {
    changesCost: false,
    inRunName: 'always',
    idle: ({ weightDecay }: { readonly weightDecay: number }) => weightDecay === 0 && 'weightDecay is 0',
  }),
  /**
   * Where the penalty acts: in the base step, only on the gradient at w (default), or in the loss, on each gradient at its own point,
   * as MSAM's official code has it, which decays at w + eps.
   */
  weightDecayIn: setting(z.enum(['step', 'loss']), 'step', "step: added at w by the base step; loss: added to each gradient at its own point (MSAM's official code, at w + eps)", {
    idle: ({ weightDecay }: { readonly weightDecay: number }) => weightDecay === 0 && 'weightDecay is 0',
  }),
  /** Label smoothing, in [0, 1). */
  labelSmoothing: setting(z.number().min(0).lt(1), 0, 'label smoothing, 0 to 1', { changesCost: false }),
};

/** The settings of a training but its seed, by the headings of the command line's help. */
export const TRAINING_GROUPS = {
  'Network:': NETWORK,
  'What training sees of an image:': INPUT,
  'Length:': LENGTH,
  'Method and perturbation:': METHOD_SETTINGS,
  'Base optimizer:': OPTIMIZER,
  'Further ingredients of a recipe:': RECIPE_SETTINGS,
};

export const SEED = {
  /** Draws the initial weights, the order of images and their augmentation. */
  seed: setting(z.int(), 0, 'draws initial weights, order and augmentation', { changesCost: false }),
};

/** The settings of a training. Its type names its parts, so that the declarations that editors read keep their comments. */
export const TRAINING_SETTINGS: typeof NETWORK & typeof INPUT & typeof LENGTH & typeof METHOD_SETTINGS & typeof OPTIMIZER & typeof RECIPE_SETTINGS & typeof SEED = merged({ ...TRAINING_GROUPS, SEED });

/** Everything that defines a training run, except its data. */
export interface TrainingSettings extends Values<typeof TRAINING_SETTINGS> {}
