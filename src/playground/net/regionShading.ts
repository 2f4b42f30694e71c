import { mix, rampColour } from '../palette';
import type { ClassLook } from './classLook';

/** Steps of colour between certainly one class and certainly the other. */
const LEVELS = 12;
/** How far from the border its line reaches, in pixels. */
const LINE_REACH = 1.6;

/** Margins at which one level ends and the next begins: where the probability of class 1 is a multiple of 1 / LEVELS. */
const LIMITS = Array.from({ length: LEVELS - 1 }, (_, level) => Math.log((level + 1) / (LEVELS - level - 1)));

/** The level of a margin; NaN for one that is no number. */
function levelOf(margin: number): number {
  if (Number.isNaN(margin)) {
    return margin;
  }
  let level = 0;
  while (level < LEVELS - 1 && margin >= LIMITS[level]!) {
    level++;
  }
  return level;
}

/**
 * Paints which class a network predicts where: steps of colour by its probability of class 1, and a line where it is one half.
 *
 * @param margins logit of class 1 minus that of class 0 on a square grid, row by row from the top
 * @param side places of the grid along each side
 * @param size of the square picture, in pixels; values between places of the grid are bilinear
 * @returns red, green, blue and opacity of each pixel, row by row
 */
export function paintRegions(margins: ArrayLike<number>, side: number, size: number, { ramp, border }: Pick<ClassLook, 'ramp' | 'border'>): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * size * size);
  const colours = Array.from({ length: LEVELS }, (_, level) => rampColour(ramp, (level + 0.5) / LEVELS));
  const values = enlarged(margins, side, size);
  for (let row = 0, place = 0; row < size; row++) {
    for (let column = 0; column < size; column++, place++) {
      const value = values[place]!;
      // A value that is no number gets a colour next to the border's.
      const ground = colours[levelOf(value)] ?? ramp[1]!;
      // The distance to the border is |value / slope|, in pixels.
      const across = values[column + 1 < size ? place + 1 : place - 1]! - value;
      const down = values[row + 1 < size ? place + size : place - size]! - value;
      const line = LINE_REACH - Math.abs(value) / Math.max(Math.sqrt(across * across + down * down), 1e-9);
      const [red, green, blue] = line > 0 ? mix(ground, border, Math.min(line, 1)) : ground;
      pixels[4 * place] = red;
      pixels[4 * place + 1] = green;
      pixels[4 * place + 2] = blue;
      pixels[4 * place + 3] = 255;
    }
  }
  return pixels;
}

/** Values of a square grid at the middle of each pixel of a square picture, bilinear between the grid's places. */
export function enlarged(grid: ArrayLike<number>, side: number, size: number): Float64Array {
  const values = new Float64Array(size * size);
  const at = Array.from({ length: size }, (_, pixel) => Math.min(Math.max(((pixel + 0.5) / size) * side - 0.5, 0), side - 1));
  for (let row = 0, place = 0; row < size; row++) {
    const above = Math.min(Math.floor(at[row]!), side - 2);
    const down = at[row]! - above;
    for (let column = 0; column < size; column++, place++) {
      const left = Math.min(Math.floor(at[column]!), side - 2);
      const right = at[column]! - left;
      const from = above * side + left;
      const upper = grid[from]! + right * (grid[from + 1]! - grid[from]!);
      const lower = grid[from + side]! + right * (grid[from + side + 1]! - grid[from + side]!);
      values[place] = upper + down * (lower - upper);
    }
  }
  return values;
}

/** The middles of the squares of a grid over a square window, row by row from the top: [side · side, 2]. */
export function gridPlaces([least, most]: readonly [number, number], side: number): Float32Array {
  const places = new Float32Array(2 * side * side);
  for (let row = 0, index = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      places[index++] = least + ((column + 0.5) / side) * (most - least);
      places[index++] = most - ((row + 0.5) / side) * (most - least);
    }
  }
  return places;
}
