/** A place on a line (y = 0) or a plane, in units of its directions. */
export type Coordinates = readonly [x: number, y: number];

/** Values over a rectangle. */
export interface Grid {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** [y.length][x.length] */
  readonly z: readonly (readonly number[])[];
}

/** `count` numbers at equal distances, from the first to the last. @throws RangeError for fewer than 2 numbers, or if first and last are the same or not finite. */
export function evenly([first, last]: readonly [number, number], count: number): readonly number[] {
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new RangeError(`evenly: expected at least 2 points, got ${count}; a single point shows no surface.`);
  }
  if (!(Number.isFinite(last - first) && first !== last)) {
    throw new RangeError(`evenly: expected a range between two different finite numbers, got [${first}, ${last}].`);
  }
  // Computed from the middle, so that a range about 0 with an odd count holds exactly 0 and is symmetric.
  const [middle, half] = [(first + last) / 2, (last - first) / 2];
  return Array.from({ length: count }, (_, index) => (index === 0 ? first : index === count - 1 ? last : middle + half * ((2 * index - (count - 1)) / (count - 1))));
}

/** The places of a line. */
export function linePoints(x: readonly number[]): readonly Coordinates[] {
  return x.map((place) => [place, 0]);
}

/** The places of a grid, row by row. */
export function gridPoints(x: readonly number[], y: readonly number[]): readonly Coordinates[] {
  return y.flatMap((row) => x.map((column): Coordinates => [column, row]));
}

/**
 * Puts values that were measured at `gridPoints` back into rows.
 *
 * @throws RangeError if the places are not those of a grid, or if values are missing.
 */
export function toGrid(points: readonly Coordinates[], values: readonly number[]): Grid {
  const x = [...new Set(points.map(([column]) => column))];
  const y = [...new Set(points.map(([, row]) => row))];
  const full = points.length === x.length * y.length && points.every(([column, row], index) => column === x[index % x.length] && row === y[Math.floor(index / x.length)]);
  if (!full || values.length !== points.length) {
    throw new RangeError(`toGrid: expected ${x.length} x ${y.length} places row by row with a value each, got ${points.length} places and ${values.length} values; finish the grid first.`);
  }
  return { x, y, z: y.map((_, row) => values.slice(row * x.length, (row + 1) * x.length)) };
}
