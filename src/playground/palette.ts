/** Red, green and blue in 0, ..., 255. */
export type Rgb = readonly [number, number, number];

/** What the pictures are drawn with in one theme. Colours proper are reserved for methods. */
export interface Palette {
  /** The ground, from the lowest to the highest loss. */
  readonly ramp: readonly Rgb[];
  /** Lines of equal loss. */
  readonly contour: Rgb;
  /** Text and frames on the page's own ground. */
  readonly ink: string;
  readonly faint: string;
  /** Drawn under each path, so that it stands out from the ground. */
  readonly halo: string;
}

/** The palettes of both themes: in either, low ground is dark. */
export const PALETTES: Readonly<Record<'light' | 'dark', Palette>> = {
  light: { ramp: [[146, 166, 178], [205, 217, 222], [251, 250, 246]], contour: [104, 126, 140], ink: '#1c2529', faint: '#5a686f', halo: 'rgba(255, 255, 255, 0.85)' },
  dark: { ramp: [[15, 20, 24], [38, 49, 57], [82, 98, 108]], contour: [118, 138, 150], ink: '#e8edef', faint: '#a3b1b8', halo: 'rgba(8, 12, 15, 0.8)' },
};

/** The colour at a share of the ramp, 0 being its first. @param share in [0, 1] */
export function rampColour(ramp: readonly Rgb[], share: number): Rgb {
  const place = Math.min(Math.max(share, 0), 1) * (ramp.length - 1);
  const below = Math.min(Math.floor(place), ramp.length - 2);
  return mix(ramp[below]!, ramp[below + 1]!, place - below);
}

/** One colour over another. @param opacity of the upper one, in [0, 1] */
export function mix(lower: Rgb, upper: Rgb, opacity: number): Rgb {
  const channel = (index: 0 | 1 | 2): number => Math.round(lower[index] + (upper[index] - lower[index]) * opacity);
  return [channel(0), channel(1), channel(2)];
}

/** The colour as CSS writes it. */
export function cssColour(colour: Rgb): string {
  return `rgb(${colour.join(', ')})`;
}
