import type { ModelName } from '../models/names';
import type { MethodSettings } from './methodSettings';
import type { RecipeSettings } from './recipeSettings';

/** Everything about a training run but its data. */
export interface TrainingSettings extends MethodSettings, RecipeSettings {
  /** Which network. */
  readonly model: ModelName;
  /** First layers of ResNet-50 and deeper: 7x7 stride 2 and max-pool, or 3x3 stride 1. ResNet-20 to 56 have a CIFAR stem only. */
  readonly stem: 'imagenet' | 'cifar';
  /** Starts the last batch-norm scale of each residual block at 0 instead of 1 (Goyal et al. 2017, section 5.1). */
  readonly zeroInitResidual: boolean;

  /** Mean and deviation that pixels are normalised with: 0.5 and 0.5 (the report's text), or the data set's own (its code). */
  readonly normalization: 'half' | 'dataset';
  /** Pixels of zero padding before a random 32x32 crop; 0 turns cropping off. */
  readonly cropPadding: number;
  /** Whether images are mirrored with probability 1/2. */
  readonly flip: boolean;
  /** Side of the square that is cut out of each image, in pixels; 0 turns it off (DeVries and Taylor 2017). */
  readonly cutout: number;
  /** Whether each image has its own cutout square, or all of a batch share one (as in the original's code). */
  readonly cutoutPer: 'image' | 'batch';

  /** Passes over the training images; the last one may be a part. */
  readonly epochs: number;
  /** Images per step. */
  readonly batchSize: number;
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Shape of the learning rate over the run, after the warm-up. */
  readonly schedule: 'constant' | 'cosine' | 'steps' | 'warmupStableDecay' | 'triangular';
  /** Epochs of linear warm-up; may be a fraction. */
  readonly warmupEpochs: number;
  /** Share of the time after warm-up in which `warmupStableDecay` decays, in (0, 1]. */
  readonly decayShare: number;
  /** What steps along the gradients, the perturbed ones too: SGD with momentum, or AdamW. */
  readonly optimizer: 'sgd' | 'adamw';
  /** SGD's momentum factor, in [0, 1). */
  readonly momentum: number;
  /** Whether SGD's momentum is Nesterov's. */
  readonly nesterov: boolean;
  /** Share of the mean of gradients that AdamW keeps, in [0, 1). */
  readonly beta1: number;
  /** Share of the mean of squared gradients that AdamW keeps, in [0, 1). */
  readonly beta2: number;
  /** Added to the root of that mean, above 0. */
  readonly adamEpsilon: number;
  /** Largest 2-norm, over all parameters, of what the optimizer steps along; 0 is off. */
  readonly clipNorm: number;
  /** SGD: coupled L2 penalty. AdamW: decoupled, each step takes learningRate weightDecay w off w. */
  readonly weightDecay: number;
  /**
   * Where the penalty acts: in the base step, on the gradient at w alone (default), or in the loss, on each gradient at its own point,
   * as MSAM's official code has it, which decays at w + eps.
   */
  readonly weightDecayIn: 'step' | 'loss';
  /** What the penalty acts on: every parameter (as in the report's code) or weights alone. */
  readonly weightDecayOn: 'all' | 'weights';
  /** Label smoothing, in [0, 1). */
  readonly labelSmoothing: number;
  /** Draws the initial weights, the order of images and their augmentation. */
  readonly seed: number;
}
