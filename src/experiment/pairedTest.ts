import { momentsOf } from '../engine/moments';
import { meanInterval } from './interval';
import { studentTail } from './studentT';

/** How values differ from references, pair by pair. */
export interface PairedTest {
  /** Mean of value minus reference, in the values' unit. */
  readonly difference: number;
  /** Half the width of the 95 % interval of that mean; null for one pair. */
  readonly halfWidth: number | null;
  /** Probability of a mean difference at least as large if there were none; two-sided, not corrected for several tests; null for one pair. */
  readonly pValue: number | null;
}

/**
 * Student's paired t test:
 *
 * t = mean(d) sqrt(n) / s with d = value - reference; p = 2 P(T > |t|), T with n - 1 degrees of freedom
 *
 * It assumes approximately normal differences. Where all differences are equal, p is 1 if they are 0, else 0.
 *
 * @throws RangeError unless both lists have the same length, 1 or more, and all numbers are finite.
 * @source Student 1908, "The probable error of a mean".
 */
export function pairedTest(values: readonly number[], references: readonly number[]): PairedTest {
  if (values.length !== references.length) {
    throw new RangeError(`pairedTest: expected a reference for each value, got ${values.length} values and ${references.length} references.`);
  }
  const differences = values.map((value, index) => value - references[index]!);
  const { mean, halfWidth, n } = meanInterval(differences);
  if (halfWidth === null) {
    return { difference: mean, halfWidth, pValue: null };
  }
  const { standardDeviation } = momentsOf(differences);
  // No difference at all is t = 0; equal differences other than 0 are t = Infinity.
  const t = mean === 0 ? 0 : (Math.abs(mean) * Math.sqrt(n)) / standardDeviation;
  return { difference: mean, halfWidth, pValue: studentTail(t, n - 1) };
}
