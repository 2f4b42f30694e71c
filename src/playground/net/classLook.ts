import type { Rgb } from '../palette';

/** How the two classes are drawn in one theme. Bright colours are reserved for methods. */
export interface ClassLook {
  /** Colours of the plane, from certainly class 0 over the border to certainly class 1. */
  readonly ramp: readonly Rgb[];
  readonly border: Rgb;
  /** Points of class 0 and of class 1. */
  readonly points: readonly [string, string];
  readonly outline: string;
  /** Around points with a wrong label. */
  readonly ring: string;
}

/** The looks of both themes. */
export const CLASS_LOOKS: Readonly<Record<'light' | 'dark', ClassLook>> = {
  light: { ramp: [[134, 176, 202], [245, 246, 243], [233, 190, 116]], border: [40, 48, 52], points: ['#1d5f89', '#9a5a00'], outline: '#ffffff', ring: '#1c2529' },
  dark: { ramp: [[38, 82, 110], [24, 29, 32], [112, 78, 20]], border: [220, 226, 229], points: ['#8cc9ec', '#f0b95a'], outline: '#12181b', ring: '#ffffff' },
};
