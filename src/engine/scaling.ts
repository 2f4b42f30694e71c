import type { Vector } from './vector';

/** A factor between these powers of two fits in float32 with room to spare. */
const SMALLEST_FACTOR = 2 ** -64;
const LARGEST_FACTOR = 2 ** 64;

/**
 * A vector of a given length along another one: (length / norm) · vector, whatever the size of its elements.
 *
 * @param norm of `vector`, in whichever norm the length is meant; finite, above 0
 * @param length finite, 0 or more
 */
export function scaleTo<V extends Vector>(vector: V, norm: number, length: number): V {
  const factor = length / norm;
  if (factor >= SMALLEST_FACTOR && factor <= LARGEST_FACTOR) {
    return vector.times(factor);
  }
  // The root of the factor fits where the factor itself would overflow or vanish.
  const root = Math.sqrt(length) / Math.sqrt(norm);
  const half = vector.times(root);
  try {
    return half.times(root);
  } finally {
    half.dispose();
  }
}

/** The smallest normal number of single precision. */
export const SMALLEST_FLOAT = 2 ** -126;

/**
 * Larger exponents count as infinite: for up to 2^30 elements that changes a norm by less than rounding to float32 does,
 * (2^30)^(1/p) - 1 < 8e-8. Up to here powers of the rounded quotient of an element by itself, 1 ± 2^-23, stay in the range of float32.
 */
export const LARGEST_EXPONENT = 2 ** 28;

/** Elements a vector has at most, in estimates of rounding. */
const MOST_ELEMENTS = 2 ** 30;

/**
 * |v|_p from powers that neither overflow nor vanish: max |v| · (sum (|v| / max |v|)^p)^(1/p).
 *
 * For p = 1 and 2 the sum of the elements' own powers is taken where it is as good: finite, and so large that powers
 * which vanish add less to it than rounding.
 *
 * @param p in [1, Infinity)
 * @param sumOfPowers sum of |element|^p
 * @param smallest normal number of the precision in which powers are taken
 */
export function pNorm<V extends Vector>(vector: V, p: number, smallest: number, sumOfPowers: (vector: V) => number): number {
  if (p === 1 || p === 2) {
    const sum = sumOfPowers(vector);
    if (Number.isNaN(sum) || (sum < Infinity && sum >= smallest * MOST_ELEMENTS * 2 ** 24)) {
      return p === 2 ? Math.sqrt(sum) : sum;
    }
  }
  const largest = vector.norm(Infinity);
  if (!(largest > 0 && largest < Infinity) || p > LARGEST_EXPONENT) {
    return largest;
  }
  const scaled = scaleTo(vector, largest, 1);
  try {
    return largest * sumOfPowers(scaled) ** (1 / p);
  } finally {
    scaled.dispose();
  }
}

/** 2-norms of groups of elements that lie interleaved, element i in group i mod `groups`, as the filters of a kernel do. */
export function interleavedNorms(values: Float32Array | Float64Array, groups: number): Float64Array {
  const squares = new Float64Array(groups);
  const largest = new Float64Array(groups);
  for (let index = 0; index < values.length; index++) {
    const magnitude = Math.abs(values[index]!);
    squares[index % groups]! += magnitude ** 2;
    largest[index % groups] = Math.max(largest[index % groups]!, magnitude);
  }
  return squares.map((square, group) => {
    // Squares in double precision are safe for all of float32, but not for all numbers of double precision itself.
    const safe = (square > 1e-270 && square < Infinity) || largest[group] === 0 || !Number.isFinite(largest[group]);
    return safe ? Math.sqrt(square) : largest[group]! * Math.sqrt((values as Float64Array).reduce((sum, value, index) => (index % groups === group ? sum + (value / largest[group]!) ** 2 : sum), 0));
  });
}
