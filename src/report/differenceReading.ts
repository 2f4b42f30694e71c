import { detectableText, pEquals, plusMinus, signedPlusMinus } from './differenceText';
import type { MethodStudy } from './methodStudies';

/**
 * The error of a comparison's base and each method's paired difference from it, in one sentence each, with interval, corrected p and
 * the smallest detectable difference. Methods without two pairs have no test and are left out.
 */
export function describeDifferences({ rows }: Pick<MethodStudy, 'rows'>): string {
  const [base, ...others] = rows;
  const tested = others.filter(({ pValue }) => pValue !== null);
  if (base === undefined || base.top1Error === null || tested.length === 0) {
    return 'There are no two pairs of runs to compare yet.';
  }
  const differences = tested.map(
    (row) => `${signedPlusMinus(row.difference!, row.differenceHalfWidth)} points with ${row.method} (${row.pairs} pairs, p ${pEquals(row.adjustedPValue)}, detectable ${detectableText(row)})`,
  );
  const corrected = base.tests > 1 ? ` Each p is corrected by Holm's procedure for the ${base.tests} tests of the table.` : '';
  return `The top-1 error is ${plusMinus(base.top1Error, base.top1HalfWidth)} % with ${base.method} (n = ${base.n}); in pairs of the same seed it differs by ${differences.join(', and by ')}.${corrected}`;
}
