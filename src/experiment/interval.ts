import { momentsOf } from '../engine/moments';
import { studentQuantile } from './studentT';

/** A mean over independent runs, with its interval. */
export interface Interval {
  readonly mean: number;
  /** Half the width of the 95 % interval, in the values' unit; null for n = 1, where there is no spread to measure. */
  readonly halfWidth: number | null;
  /** Number of values. */
  readonly n: number;
}

/**
 * Mean and two-sided 95 % Student-t interval of independent values:
 *
 * mean ± t(0.975, n - 1) s / sqrt(n), with s² = sum (x - mean)² / (n - 1)
 *
 * It assumes approximately normal values. One value gives no interval.
 *
 * @throws RangeError if there is no value or one is not finite.
 * @source Student 1908, "The probable error of a mean".
 */
export function meanInterval(values: readonly number[]): Interval {
  const n = values.length;
  if (n === 0 || !values.every(Number.isFinite)) {
    throw new RangeError(`meanInterval: expected one finite number or more, got [${values.join(', ')}]; leave diverged runs out.`);
  }
  const { mean, standardDeviation } = momentsOf(values);
  return { mean, halfWidth: n === 1 ? null : (studentQuantile(0.05, n - 1) * standardDeviation) / Math.sqrt(n), n };
}
