import { requireFiniteRange } from '../engine/finiteRange';
import { sampleGrid } from '../planar/planarLoss';
import type { Landscape } from './losses';
import { mix, rampColour, type Palette } from './palette';

/** Steps of colour between the lowest and the highest ground. */
const LEVELS = 20;
/** Width of a line of equal loss, in pixels. */
const LINE_WIDTH = 1.1;
const LINE_OPACITY = 0.6;

/** The heights of a landscape over its window, as shares of their range in [0, 1] to the landscape's exponent. */
export interface Relief {
  readonly width: number;
  readonly height: number;
  /** Row by row from the top, where w2 is largest. */
  readonly shares: Float64Array;
}

/** Samples a landscape at each pixel of a picture. */
export function reliefOf(landscape: Landscape, width: number, height: number): Relief {
  const { planar, xRange, yRange, exponent } = landscape;
  const { lowest, highest } = heightsOf(landscape);
  const shares = new Float64Array(width * height);
  for (let row = 0; row < height; row++) {
    const y = yRange[1] - ((row + 0.5) / height) * (yRange[1] - yRange[0]);
    for (let column = 0; column < width; column++) {
      const x = xRange[0] + ((column + 0.5) / width) * (xRange[1] - xRange[0]);
      const share = (planar.loss(x, y) - lowest) / (highest - lowest);
      shares[row * width + column] = Math.min(Math.max(share, 0), 1) ** exponent;
    }
  }
  return { width, height, shares };
}

/** The lowest and the highest loss in the window, on a grid. */
export function heightsOf({ planar, xRange, yRange }: Landscape): { readonly lowest: number; readonly highest: number } {
  return requireFiniteRange('heightsOf: expected losses', sampleGrid(planar, xRange, yRange, 141).z.flat());
}

/**
 * Paints heights in steps of colour with a line between any two.
 *
 * A pixel's distance to the nearest line is |height - line| / |slope|, in pixels, so lines keep their width on any slope.
 *
 * @returns red, green, blue and opacity of each pixel, row by row.
 */
export function paint({ width, height, shares }: Relief, { ramp, contour }: Palette): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const place = row * width + column;
      const level = shares[place]! * LEVELS;
      const across = (shares[column + 1 < width ? place + 1 : place - 1]! - shares[place]!) * LEVELS;
      const down = (shares[row + 1 < height ? place + width : place - width]! - shares[place]!) * LEVELS;
      const nearest = Math.round(level);
      const distance = Math.abs(level - nearest) / Math.max(Math.hypot(across, down), 1e-9);
      const inner = nearest > 0 && nearest < LEVELS;
      const line = inner ? Math.min(Math.max((LINE_WIDTH + 1) / 2 - distance, 0), 1) : 0;
      const ground = rampColour(ramp, (Math.floor(level) + 0.5) / LEVELS);
      pixels.set([...mix(ground, contour, line * LINE_OPACITY), 255], place * 4);
    }
  }
  return pixels;
}
