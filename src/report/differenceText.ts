import type { PairedDifference } from './pairedDifferences';
import type { Headings } from './recordTable';

/** A paired difference as text. */
export interface DifferenceRecord {
  readonly epochs: string;
  readonly measure: string;
  readonly difference: string;
  readonly pValue: string;
  readonly adjustedPValue: string;
  readonly detectable: string;
  readonly pairs: string;
}

/** Title of the part of a table that compares the two methods. */
export const DIFFERENCES_TITLE = 'SAM minus SGD, in pairs of the same seed';

/** Headings of the columns. */
export const DIFFERENCE_HEADINGS: Headings = {
  epochs: 'Epochs', measure: 'Measure', difference: 'Difference', pValue: 'p', adjustedPValue: 'p, Holm', detectable: 'Detectable', pairs: 'Pairs',
};

const MEASURES: Readonly<Record<PairedDifference['measure'], string>> = { top1Error: 'top-1 error, points', loss: 'test loss, nats' };

/** Paired differences as rows of text; none where there is no pair. */
export function differenceRecords(differences: readonly PairedDifference[] = []): readonly DifferenceRecord[] {
  return differences.map((one) => ({
    epochs: String(one.epochs),
    measure: MEASURES[one.measure],
    difference: signedPlusMinus(one.mean, one.halfWidth),
    pValue: pText(one.pValue),
    adjustedPValue: pText(one.adjustedPValue),
    detectable: detectableText(one),
    pairs: String(one.differences.length),
  }));
}

/** What the columns are, and the size of the family of tests. */
export function differencesNote(differences: readonly PairedDifference[]): string {
  const tests = differences[0]?.tests ?? 0;
  return tests === 0
    ? 'One pair has neither interval nor test.'
    : `Mean ± half the 95 % interval of Student t, not corrected. "p, Holm" is the paired test's p corrected by Holm's procedure for the ${tests} tests of this table; "detectable" is the smallest difference that such a test would have found with a power of 80 %, at 5 % for all ${tests} together.`;
}

/** Mean and half width of an interval. */
export function plusMinus(mean: number, halfWidth: number | null): string {
  return halfWidth === null ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${halfWidth.toFixed(2)}`;
}

/** The same with the sign of the mean, for differences. */
export function signedPlusMinus(mean: number, halfWidth: number | null): string {
  const text = plusMinus(mean, halfWidth);
  return text.startsWith('-') ? `−${text.slice(1)}` : `+${text}`;
}

/** A p value with three decimals. */
export function pText(pValue: number | null): string {
  return pValue === null ? '–' : pValue < 0.001 ? '< 0.001' : pValue.toFixed(3);
}

/** The same in a sentence, such as "= 0.031" or "< 0.001". */
export function pEquals(pValue: number | null): string {
  const text = pText(pValue);
  return text.startsWith('<') ? text : `= ${text}`;
}

/** The smallest difference that a test could detect; "none" for more than 100 points of error, which is impossible. */
export function detectableText({ detectable, measure = 'top1Error' }: { readonly detectable: number | null; readonly measure?: PairedDifference['measure'] }): string {
  return detectable === null ? '–' : measure === 'top1Error' && detectable > 100 ? 'none' : detectable.toFixed(2);
}

/** The same within a sentence, such as "detectable 3.26" or "detectable none that is possible". */
export function detectableInWords(tested: Parameters<typeof detectableText>[0]): string {
  const text = detectableText(tested);
  return text === 'none' ? 'none that is possible' : text;
}
