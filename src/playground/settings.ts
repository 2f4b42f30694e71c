import { LANDSCAPES, type LandscapeId } from './losses';
import type { MethodId, PerturbationSettings } from './methods';

/** What a run of the playground depends on; nothing else changes its numbers. */
export interface PlaygroundSettings extends PerturbationSettings {
  readonly landscape: LandscapeId;
  readonly methods: readonly MethodId[];
  readonly start: readonly [number, number];
  readonly learningRate: number;
  /** In [0, 1). */
  readonly momentum: number;
  /** Standard deviation of the gradient's noise, in each coordinate. */
  readonly noise: number;
  /** Of the noise. */
  readonly seed: number;
  /** Length of the run. */
  readonly steps: number;
}

/** Settings that are one number. */
export type NumberSetting = 'rho' | 'learningRate' | 'momentum' | 'noise' | 'seed' | 'innerSteps' | 'steps';

/** The values of a number that are accepted, and the grid of its slider. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly whole: boolean;
}

/** The range of each number. */
export const RANGES: Readonly<Record<NumberSetting, NumberRange>> = {
  rho: { least: 0, most: 1, step: 0.01, whole: false },
  learningRate: { least: 0.005, most: 0.6, step: 0.005, whole: false },
  momentum: { least: 0, most: 0.99, step: 0.01, whole: false },
  noise: { least: 0, most: 3, step: 0.05, whole: false },
  seed: { least: 0, most: 9999, step: 1, whole: true },
  innerSteps: { least: 1, most: 10, step: 1, whole: true },
  steps: { least: 10, most: 600, step: 10, whole: true },
};

const COMMON = { methods: ['sgd', 'sam'], noise: 0, seed: 0, innerSteps: 5, steps: 200 } as const;

/** Settings that show the point of each landscape; those of the first are the descent of figure 1. */
const OWN_SETTINGS: Readonly<Record<LandscapeId, PlaygroundSettings>> = {
  'sharp-and-flat': { ...COMMON, landscape: 'sharp-and-flat', start: [-1.6, 0.9], rho: 0.3, learningRate: 0.05, momentum: 0.9 },
  valley: { ...COMMON, landscape: 'valley', start: [-2.2, 1.2], rho: 0.25, learningRate: 0.08, momentum: 0.5, steps: 400 },
  saddle: { ...COMMON, landscape: 'saddle', start: [-2.1, 0.03], rho: 0.2, learningRate: 0.08, momentum: 0 },
  basins: { ...COMMON, landscape: 'basins', start: [-2.3, 0.4], rho: 0.2, learningRate: 0.03, momentum: 0.9 },
  bowl: { ...COMMON, landscape: 'bowl', start: [-2.2, 1.3], rho: 0.3, learningRate: 0.1, momentum: 0 },
};

/** The settings with which a landscape opens. */
export function settingsOf(landscape: LandscapeId): PlaygroundSettings {
  return OWN_SETTINGS[landscape];
}

/** The settings with which the page opens. */
export const FIRST_SETTINGS: PlaygroundSettings = settingsOf(LANDSCAPES[0]!.id);

/** The number if the setting takes it, else undefined. */
export function acceptedNumber(setting: NumberSetting, text: string): number | undefined {
  return acceptedIn(RANGES[setting], text);
}

/** The number if a range takes it, else undefined. */
export function acceptedIn({ least, most, whole }: NumberRange, text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value >= least && value <= most && (!whole || Number.isInteger(value)) ? value : undefined;
}

/** The nearest point of the landscape's window. */
export function withinWindow([x, y]: readonly [number, number], { xRange, yRange }: { readonly xRange: readonly [number, number]; readonly yRange: readonly [number, number] }): readonly [number, number] {
  const clamp = (value: number, [least, most]: readonly [number, number]): number => Math.min(Math.max(value, least), most);
  return [clamp(x, xRange), clamp(y, yRange)];
}
