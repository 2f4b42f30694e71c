/**
 * p values corrected for how many tests there are, by Holm's step-down procedure: with p sorted upwards,
 *
 * adjusted p of rank i = max over j <= i of min(1, (m - j + 1) p of rank j), m tests in all
 *
 * Rejecting all hypotheses with adjusted p below a level alpha keeps the probability of one or more false rejections at most alpha,
 * however the tests depend on each other.
 *
 * @returns the adjusted values in the order of the given ones.
 * @throws RangeError unless all are in [0, 1].
 * @source Holm 1979, "A simple sequentially rejective multiple test procedure".
 * @example
 * experiment.holmAdjusted([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 */
export function holmAdjusted(pValues: readonly number[]): readonly number[] {
  if (!pValues.every((p) => p >= 0 && p <= 1)) {
    throw new RangeError(`holmAdjusted: expected p values from 0 to 1, got [${pValues.join(', ')}]; leave out what was not tested.`);
  }
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  pValues
    .map((p, index) => ({ p, index }))
    .sort((a, b) => a.p - b.p)
    .forEach(({ p, index }, rank) => {
      largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
      adjusted[index] = largest;
    });
  return adjusted;
}
