/** Smallest and largest of some numbers. */
export interface FiniteRange {
  readonly lowest: number;
  readonly highest: number;
}

/**
 * The smallest and the largest finite number; undefined if none is finite.
 *
 * Numbers are read one by one: `Math.min(...values)` puts all of them on the stack, which overflows beyond about 100,000.
 */
export function finiteRange(values: Iterable<number>): FiniteRange | undefined {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isFinite(value)) {
      lowest = value < lowest ? value : lowest;
      highest = value > highest ? value : highest;
    }
  }
  return lowest === Infinity ? undefined : { lowest, highest };
}

/** As {@link finiteRange}. @throws RangeError that begins with `what`, such as "lossSurface: expected losses", if no number is finite. */
export function requireFiniteRange(what: string, values: Iterable<number>): FiniteRange {
  const range = finiteRange(values);
  if (range === undefined) {
    throw new RangeError(`${what} of which at least one is finite, got none; look at what they were computed from.`);
  }
  return range;
}
