import { z } from 'zod';
import { defaultsOf, setting, type Values } from './setting';

const share = z.number().min(0).max(1);
const triangularAlone = ({ schedule }: { readonly schedule: string }): string | false => schedule !== 'triangular' && `the schedule is ${schedule}; triangular reads it`;
const lookaheadAlone = ({ lookaheadEvery }: { readonly lookaheadEvery: number }): string | false => lookaheadEvery === 0 && 'lookaheadEvery is 0';

/**
 * Ingredients of a training recipe beyond the usual ones; each works with any network, and is off by default. The numbers of the
 * triangular schedule and of Lookahead are those of Jordan 2024 (arXiv 2404.00498).
 */
export const RECIPE_SETTINGS = {
  /** What lies outside of an image where it is cropped: black, or the image's own mirror image. */
  cropBorder: setting(z.enum(['zero', 'reflect']), 'zero', "what lies outside of a cropped image: zero, or reflect: the image's mirror image", {
    idle: ({ cropPadding }: { readonly cropPadding: number }) => cropPadding === 0 && 'cropPadding is 0',
  }),
  /** AutoAugment's policy of CIFAR-10 (Cubuk et al. 2019), between crop and flip; the original used it on CIFAR-100 too. */
  autoAugment: setting(z.enum(['none', 'cifar10']), 'none', "none, or cifar10: AutoAugment's policy of CIFAR-10, after the crop"),
  /** Whether each epoch draws which images are mirrored, or one draw is used, and every other epoch mirrors the other images. */
  flipMode: setting(z.enum(['random', 'alternating']), 'random', 'random: drawn each epoch; alternating: drawn once, then every other epoch mirrors the others', {
    idle: ({ flip }: { readonly flip: boolean }) => !flip && 'flip is off',
  }),
  /** Whether an epoch's last batch is trained on or dropped where it is incomplete. */
  lastBatch: setting(z.enum(['keep', 'drop']), 'keep', "keep or drop an epoch's incomplete last batch"),
  /** Logits of the final error: of the unchanged images, or a mean over mirrored and shifted ones too. */
  testAugmentation: setting(z.enum(['none', 'mirror', 'mirrorAndShift']), 'none', 'final error from the logits of the images (none), their mean with mirror images (mirror), or with shifted ones too (mirrorAndShift)'),

  /** Share of the learning rate with which `triangular` starts, in [0, 1]. */
  triangleStart: setting(share, 0.2, 'share of the learning rate with which triangular starts', { changesCost: false, idle: triangularAlone }),
  /** Share of all steps at which `triangular` reaches the learning rate, in (0, 1). */
  trianglePeak: setting(z.number().gt(0).lt(1), 0.23, 'share of all steps at which triangular reaches the learning rate', { changesCost: false, idle: triangularAlone }),
  /** Share of the learning rate with which `triangular` ends, in [0, 1]. */
  triangleEnd: setting(share, 0.07, 'share of the learning rate with which triangular ends', { changesCost: false, idle: triangularAlone }),

  /**
   * Whether learning rate and weight decay are given per 1,024 images, independently of momentum, batch size and each other: a
   * step's rate is learningRate (batchSize / 1024) / (1 + 1 / (1 - momentum)), and weights decay by as much of `weightDecay`
   * whatever the learning rates are.
   */
  decoupled: setting(z.boolean(), false, 'learningRate and weightDecay are per 1,024 images, independent of momentum, batch size and each other'),
  /** Multiple of the learning rate that biases get. */
  biasRate: setting(z.number().min(0), 1, 'multiple of the learning rate that biases get'),
  /** Multiple of the learning rate that scales of normalisation layers get. */
  normScaleRate: setting(z.number().min(0), 1, 'multiple of the learning rate that scales of batch norm get'),
  /** Multiple of the learning rate that shifts of normalisation layers get. */
  normShiftRate: setting(z.number().min(0), 1, 'multiple of the learning rate that shifts of batch norm get'),
  /** Parameters that are not trained, by names or beginnings of names with commas between them; "name@3" trains for 3 epochs first. */
  freeze: setting(z.string(), '', 'parameters that are not trained, such as "conv1.weight,bn1@3" (bn1 after 3 epochs)'),

  /** Steps between Lookahead's averages; 0 is off. */
  lookaheadEvery: setting(z.int().min(0), 0, "steps between Lookahead's averages; 0 is off"),
  /** Share of the slow weights that Lookahead keeps at the end of the run, in [0, 1]. */
  lookaheadKeep: setting(share, 0.95 ** 5, 'share of the slow weights that Lookahead keeps at the end', { changesCost: false, idle: lookaheadAlone }),
  /** Lookahead keeps `lookaheadKeep` times this power of the share of steps taken; 0 keeps the same all the time. */
  lookaheadPower: setting(z.number().min(0), 3, 'Lookahead keeps lookaheadKeep (share of steps taken)^lookaheadPower; 0 keeps the same throughout', { changesCost: false, idle: lookaheadAlone }),
};

/** Ingredients of a training recipe beyond the usual ones. */
export interface RecipeSettings extends Values<typeof RECIPE_SETTINGS> {}

/** None of them. */
export const DEFAULT_RECIPE: RecipeSettings = defaultsOf(RECIPE_SETTINGS);
