import type { NumberRange } from '../settings';

/** Names of the data sets. */
export type DataId = 'moons' | 'spirals' | 'rings' | 'clouds';

/** Names of the activations. */
export type ActivationId = 'tanh' | 'relu';

/** Names of the methods. */
export type NetMethodId = 'sgd' | 'sam' | 'fgsm' | 'mi-fgsm' | 'asam' | 'msam' | 'lookSam' | 'gsam' | 'friendlySam' | 'saner';

/** All that a training of the networks depends on; nothing else changes its numbers. */
export interface NetSettings {
  readonly data: DataId;
  /** Training points. */
  readonly points: number;
  /** Standard deviation of the points' places, in each coordinate. */
  readonly noise: number;
  /** Share of the training points whose label is the other class. */
  readonly wrong: number;
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  readonly activation: ActivationId;
  /** Two to four. */
  readonly methods: readonly NetMethodId[];
  /** Radius of the perturbation, in the 2-norm; for FGSM that of the cube that fits into the ball. */
  readonly rho: number;
  readonly learningRate: number;
  /** In [0, 1). */
  readonly momentum: number;
  /** Of all parameters, in the step. */
  readonly weightDecay: number;
  /** Points per batch. */
  readonly batch: number;
  /** m: points per perturbation; it divides the batch. */
  readonly group: number;
  /** Ascent steps of FGSM. */
  readonly innerSteps: number;
  /** Of data, first weights and order. */
  readonly seed: number;
  /** Length of the training. */
  readonly steps: number;
}

/** Settings that are one number. */
export type NetNumber = 'points' | 'noise' | 'wrong' | 'rho' | 'learningRate' | 'momentum' | 'weightDecay' | 'batch' | 'group' | 'innerSteps' | 'seed' | 'steps';

/** The range of each number, and the grid of its slider. */
export const NET_RANGES: Readonly<Record<NetNumber, NumberRange>> = {
  points: { least: 20, most: 500, step: 20, whole: true },
  noise: { least: 0, most: 0.6, step: 0.02, whole: false },
  wrong: { least: 0, most: 0.5, step: 0.05, whole: false },
  rho: { least: 0, most: 3, step: 0.05, whole: false },
  learningRate: { least: 0.005, most: 1, step: 0.005, whole: false },
  momentum: { least: 0, most: 0.99, step: 0.01, whole: false },
  weightDecay: { least: 0, most: 0.05, step: 0.0005, whole: false },
  batch: { least: 1, most: 500, step: 1, whole: true },
  group: { least: 1, most: 500, step: 1, whole: true },
  innerSteps: { least: 1, most: 10, step: 1, whole: true },
  seed: { least: 0, most: 9999, step: 1, whole: true },
  steps: { least: 100, most: 20_000, step: 100, whole: true },
};

/** Hidden layers of a network. */
export const LAYERS = { least: 1, most: 3 } as const;
/** Units of a hidden layer. */
export const WIDTHS = { least: 4, most: 64 } as const;
/** Methods beside each other. */
export const CONTENDERS = { least: 2, most: 4 } as const;

/** A number moved to the nearest one in a range. @param value not NaN */
export function nearestIn({ least, most, whole }: NumberRange, value: number): number {
  const within = Math.min(Math.max(value, least), most);
  return whole ? Math.round(within) : within;
}

/** The divisor of `batch` that is nearest to a group size; of two that are equally near the smaller. */
export function nearestGroup(batch: number, group: number): number {
  const divisors = Array.from({ length: batch }, (_, index) => index + 1).filter((candidate) => batch % candidate === 0);
  return divisors.reduce((best, candidate) => (Math.abs(candidate - group) < Math.abs(best - group) ? candidate : best));
}

/** Settings whose parts fit each other, changed as little as can be: a batch has no more points than there are, and m divides it. */
export function fitting(settings: NetSettings): NetSettings {
  const batch = Math.min(settings.batch, settings.points);
  // A group that was the whole batch stays the whole batch.
  const group = settings.group >= settings.batch ? batch : nearestGroup(batch, Math.min(settings.group, batch));
  return { ...settings, batch, group };
}
