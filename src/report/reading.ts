import { METHOD_NAMES } from './recipe';
import type { ErrorRow } from './rows';
import type { ResultTable } from './tables';
import { errorText } from './tableText';

/**
 * What a table of test errors says, in sentences: at each length of training the lower of the two errors and
 * whether their intervals overlap, then what was not run and what diverged. It says nothing that is not in the rows.
 *
 * @param table one of `errorTables`.
 */
export function readTable({ rows, trainingImages }: ResultTable): string {
  const lengths = [...new Set(rows.map(({ epochs }) => epochs))].sort((a, b) => a - b);
  const comparisons = lengths.flatMap((epochs) => {
    const cells = rows.filter((row) => row.epochs === epochs && row.top1Error !== null);
    const [sgd, ...moreSgd] = cells.filter(({ method }) => method === 'sgd');
    const [sam, ...moreSam] = cells.filter(({ method }) => method === 'sam');
    // With several settings of one method at one length there is no single pair to compare.
    return sgd && sam && moreSgd.length + moreSam.length === 0 ? [compare(sgd, sam, trainingImages)] : [];
  });
  const missing = rows.filter((row) => row.top1Error === null && row.divergedSeeds === '');
  const diverged = rows.filter((row) => row.divergedSeeds !== '');
  return [
    ...(comparisons.length === 0 ? ['There is no pair of runs to compare yet.'] : comparisons),
    ...(missing.length === 0 ? [] : [`Not run: ${listCells(missing)}.`]),
    ...(diverged.length === 0 ? [] : [`With runs that diverged: ${listCells(diverged)}.`]),
  ].join(' ');
}

function compare(sgd: ErrorRow, sam: ErrorRow, trainingImages: number | undefined): string {
  const difference = sgd.top1Error! - sam.top1Error!;
  const text = Math.abs(difference).toFixed(2);
  const verdict = Number(text) === 0 ? 'the two are equal' : `SAM's is ${difference > 0 ? 'lower' : 'higher'} by ${text} points`;
  return `After ${sgd.epochs} ${sgd.epochs === 1 ? 'epoch' : 'epochs'}${trainingImages === undefined ? '' : ` on ${trainingImages.toLocaleString('en-US')} training images`} the top-1 error is ${errorText(sgd, 'top1')} % with SGD and ${errorText(sam, 'top1')} % with SAM: ${verdict}${certainty(sgd, sam)}.`;
}

/** How far the rows allow one to trust a difference. */
function certainty(sgd: ErrorRow, sam: ErrorRow): string {
  if (sgd.top1HalfWidth === null || sam.top1HalfWidth === null) {
    return ', from too few runs to know how much seeds scatter';
  }
  const gap = Math.abs(sgd.top1Error! - sam.top1Error!) - sgd.top1HalfWidth - sam.top1HalfWidth;
  return gap > 0 ? ', and the 95 % intervals do not overlap' : ', and the 95 % intervals overlap';
}

function listCells(rows: readonly ErrorRow[]): string {
  return (['sgd', 'sam'] as const)
    .flatMap((method) => {
      const lengths = rows.filter((row) => row.method === method).map(({ epochs }) => epochs);
      return lengths.length === 0 ? [] : [`${METHOD_NAMES[method]} at ${lengths.join(', ')} epochs`];
    })
    .join('; ');
}
