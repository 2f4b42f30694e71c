import { FAMILY_LEVEL, type ComparisonRow } from '../experiment/comparisonRows';
import { detectableInWords, pEquals, plusMinus, signedPlusMinus } from './differenceText';
import type { MethodStudy } from './methodStudies';

/**
 * The error of a comparison's base and each method's paired difference from it, with interval, corrected p and, where no difference is
 * found, the smallest one that could have been. Methods without two pairs have no test and are named, as are runs that diverged.
 */
export function describeDifferences({ rows }: Pick<MethodStudy, 'rows'>): string {
  const [base, ...others] = rows;
  const tested = others.filter(({ pValue }) => pValue !== null);
  if (base === undefined || base.top1Error === null || tested.length === 0) {
    return 'There are no two pairs of runs to compare yet.';
  }
  const untested = others.filter(({ n, pValue }) => n > 0 && pValue === null).map(({ method }) => method);
  const diverged = [base, ...others].filter(({ divergedSeeds }) => divergedSeeds !== '').map(({ method, divergedSeeds }) => `${method} (seeds ${divergedSeeds})`);
  const sentences = [
    `The top-1 error is ${plusMinus(base.top1Error, base.top1HalfWidth)} % with ${base.method} (n = ${base.n}).`,
    `In pairs of the same seed the difference from it is ${tested.map(difference).join('; ')}.`,
    base.tests > 1 && `Each p is corrected by Holm's procedure for the ${base.tests} tests of the table.`,
    untested.length > 0 && `With fewer than two pairs: ${untested.join('; ')}.`,
    diverged.length > 0 && `With runs that diverged: ${diverged.join('; ')}.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}

function difference(row: ComparisonRow): string {
  const missed = row.adjustedPValue! < FAMILY_LEVEL ? '' : `: no difference found, detectable ${detectableInWords(row)}`;
  return `${signedPlusMinus(row.difference!, row.differenceHalfWidth)} points with ${row.method} (${row.pairs} pairs, p ${pEquals(row.adjustedPValue)}${missed})`;
}
