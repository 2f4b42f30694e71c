import type { TestAugmentation } from './testAugmentation';

/** Ingredients of a training recipe beyond the usual ones; each works with any network, and is off by default. */
export interface RecipeSettings {
  /** What lies outside of an image where it is cropped: black, or the image's own mirror image. */
  readonly cropBorder: 'zero' | 'reflect';
  /** Whether each epoch draws anew which images are mirrored, or the first one does and every other epoch mirrors the others. */
  readonly flipMode: 'random' | 'alternating';
  /** Whether an epoch's last batch is trained on or dropped where it is incomplete. */
  readonly lastBatch: 'keep' | 'drop';
  /** Logits of the final error: of the images alone, or a mean over mirrored and shifted ones too. */
  readonly testAugmentation: TestAugmentation;

  /** Share of the learning rate with which `triangular` starts, in [0, 1]. */
  readonly triangleStart: number;
  /** Share of all steps at which `triangular` reaches the learning rate, in (0, 1). */
  readonly trianglePeak: number;
  /** Share of the learning rate with which `triangular` ends, in [0, 1]. */
  readonly triangleEnd: number;

  /**
   * Whether learning rate and weight decay are meant per 1,024 images and apart from momentum, batch size and each other: a
   * step's rate is learningRate (batchSize / 1024) / (1 + 1 / (1 - momentum)), and weights decay by as much of `weightDecay`
   * whatever the learning rates are.
   */
  readonly decoupled: boolean;
  /** Multiple of the learning rate that biases get. */
  readonly biasRate: number;
  /** Multiple of the learning rate that scales of normalisation layers get. */
  readonly normScaleRate: number;
  /** Multiple of the learning rate that shifts of normalisation layers get. */
  readonly normShiftRate: number;
  /** Parameters that are not trained, by names or beginnings of names with commas between them; "name@3" trains for 3 epochs first. */
  readonly freeze: string;

  /** Steps between Lookahead's averages; 0 is off. */
  readonly lookaheadEvery: number;
  /** Share of the slow weights that Lookahead keeps at the end of the run, in [0, 1]. */
  readonly lookaheadKeep: number;
  /** Lookahead keeps `lookaheadKeep` times this power of the share of steps taken; 0 keeps the same all the time. */
  readonly lookaheadPower: number;
}

/** Nothing but the usual; the further numbers are those of Jordan 2024 (arXiv 2404.00498). */
export const DEFAULT_RECIPE: RecipeSettings = {
  cropBorder: 'zero',
  flipMode: 'random',
  lastBatch: 'keep',
  testAugmentation: 'none',
  triangleStart: 0.2,
  trianglePeak: 0.23,
  triangleEnd: 0.07,
  decoupled: false,
  biasRate: 1,
  normScaleRate: 1,
  normShiftRate: 1,
  freeze: '',
  lookaheadEvery: 0,
  lookaheadKeep: 0.95 ** 5,
  lookaheadPower: 3,
};

/** A setting without effect, and why. */
export interface UnreadSetting {
  readonly setting: 'warmupEpochs' | keyof RecipeSettings;
  readonly reason: string;
}

/** Settings that count for nothing in a run of these settings, so that they do not set it apart from others. */
export function unreadRecipeSettings({ schedule, cropPadding, flip, lookaheadEvery }: Partial<RecipeSettings> & { readonly schedule: string; readonly cropPadding: number; readonly flip: boolean }): readonly UnreadSetting[] {
  const unread = (reason: string, ...settings: readonly UnreadSetting['setting'][]): UnreadSetting[] => settings.map((setting) => ({ setting, reason }));
  return [
    ...(schedule === 'triangular' ? unread('the schedule is triangular, which has no warm-up', 'warmupEpochs') : unread(`the schedule is ${schedule}; triangular reads it`, 'triangleStart', 'trianglePeak', 'triangleEnd')),
    ...(cropPadding > 0 ? [] : unread('cropPadding is 0', 'cropBorder')),
    ...(flip ? [] : unread('flip is off', 'flipMode')),
    ...(lookaheadEvery === 0 ? unread('lookaheadEvery is 0', 'lookaheadKeep', 'lookaheadPower') : []),
  ];
}
