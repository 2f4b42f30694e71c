/** Mean and spread of numbers. */
export interface Moments {
  readonly mean: number;
  /** s, with s² = sum (x - mean)² / (n - 1); NaN for one number. */
  readonly standardDeviation: number;
  /** Of the mean: s / sqrt(n); NaN for one number. */
  readonly standardError: number;
}

/**
 * Mean and standard deviation, whatever the size of the numbers. Both are taken from differences to the first number:
 * equal numbers have just that mean, and a spread of exactly 0.
 *
 * @param values one finite number or more
 */
export function momentsOf(values: readonly number[]): Moments {
  const first = values[0]!;
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
  // In units of the largest deviation, squares neither vanish nor overflow.
  const squares = largest === 0 ? 0 : values.reduce((sum, value) => sum + ((value - mean) / largest) ** 2, 0);
  const standardDeviation = largest * Math.sqrt(squares / (values.length - 1));
  return { mean, standardDeviation, standardError: standardDeviation / Math.sqrt(values.length) };
}
