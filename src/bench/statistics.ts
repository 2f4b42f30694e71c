/** The middle value; of an even number the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A median, with its interval. */
export interface MedianInterval {
  readonly median: number;
  /** Ends of an interval that holds the median of the distribution with probability 95 % or more; null where the values are too few for one. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Number of values. */
  readonly n: number;
}

/** Largest probability that the interval misses the median. */
const MISSED = 0.05;

/** P(B <= k) for B binomial with n trials of probability 1/2. */
function binomialTail(n: number, k: number): number {
  let term = 2 ** -n;
  let sum = 0;
  for (let successes = 0; successes <= k; successes++) {
    sum += term;
    term *= (n - successes) / (successes + 1);
  }
  return sum;
}

/**
 * The median of independent values, and an interval between two of the sorted values x(1) <= ... <= x(n):
 *
 * [x(k + 1), x(n - k)] for the largest k with 2 P(B <= k) <= 0.05, B binomial with n trials of probability 1/2.
 *
 * It assumes nothing of the distribution. Fewer than six values give no interval: not even their whole range has that probability.
 *
 * @source David and Nagaraja 2003, "Order Statistics", section 7.1.
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  const n = values.length;
  const sorted = [...values].sort((a, b) => a - b);
  let cut = -1;
  while (2 * binomialTail(n, cut + 1) <= MISSED) {
    cut++;
  }
  return { median: median(values), interval: cut < 0 ? null : { low: sorted[cut]!, high: sorted[n - 1 - cut]! }, n };
}

/** The ratios of values that were measured in the same round; rounds that one side lacks are left out. */
export function pairedRatios(above: readonly number[], below: readonly number[]): number[] {
  return above.slice(0, below.length).map((value, round) => value / below[round]!);
}
