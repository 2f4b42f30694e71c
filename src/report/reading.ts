import { FAMILY_LEVEL } from '../experiment/comparisonRows';
import { detectableText, pEquals, plusMinus, signedPlusMinus } from './differenceText';
import type { PairedDifference } from './pairedDifferences';
import { METHOD_NAMES } from './recipe';
import type { ErrorRow } from './rows';
import type { ResultTable } from './tables';
import { errorText } from './tableText';

/**
 * What a table of test errors says, in sentences: at each length of training the two errors, and what
 * the paired tests find of error and test loss, then what was not run and what diverged. It says nothing that is not in the rows.
 *
 * @param table one of `errorTables`.
 * @param withMissing whether it says what was not run; default: true.
 */
export function describeTable({ rows, trainingImages, differences = [] }: ResultTable, withMissing = true): string {
  const lengths = [...new Set(rows.map(({ epochs }) => epochs))].sort((a, b) => a - b);
  const comparisons = lengths.flatMap((epochs) => {
    const cells = rows.filter((row) => row.epochs === epochs && row.top1Error !== null);
    const [sgd, ...moreSgd] = cells.filter(({ method }) => method === 'sgd');
    const [sam, ...moreSam] = cells.filter(({ method }) => method === 'sam');
    // With several settings of one method at one length there is no single pair to compare.
    return sgd && sam && moreSgd.length + moreSam.length === 0 ? [compare(sgd, sam, trainingImages, differences.filter((one) => one.epochs === epochs))] : [];
  });
  const missing = rows.filter((row) => row.top1Error === null && row.divergedSeeds === '');
  const diverged = rows.filter((row) => row.divergedSeeds !== '');
  return [
    ...(comparisons.length === 0 ? ['There is no pair of runs to compare yet.'] : comparisons),
    ...(missing.length === 0 || !withMissing ? [] : [`Not run: ${listCells(missing)}.`]),
    ...(diverged.length === 0 ? [] : [`With runs that diverged: ${listCells(diverged)}.`]),
  ].join(' ');
}

/** What a table's paired tests find of the test error, in a sentence of its own; nothing where there is no test. */
export function concludeErrors({ caption, trainingImages, differences = [] }: Pick<ResultTable, 'caption' | 'trainingImages' | 'differences'>): string {
  const name = caption.slice(0, caption.indexOf(','));
  return differences
    .filter(({ measure, adjustedPValue }) => measure === 'top1Error' && adjustedPValue !== null)
    .map(({ epochs, differences: inPairs, mean, halfWidth, adjustedPValue, detectable, measure }) => {
      const trained = `On ${trainingImages!.toLocaleString('en-US')} images of ${name}, after ${epochs} epochs and with twice SGD's gradients,`;
      const seeds = `${inPairs.length} seeds, corrected p ${pEquals(adjustedPValue)}`;
      return adjustedPValue! < FAMILY_LEVEL
        ? `${trained} SAM's error is ${mean < 0 ? 'lower' : 'higher'} by ${plusMinus(Math.abs(mean), halfWidth)} points (${seeds}).`
        : `${trained} SAM minus SGD is ${signedPlusMinus(mean, halfWidth)} points of error (${seeds}), which does not tell them apart: ${detectableText({ detectable, measure }) === 'none' ? 'any difference' : `one below ${detectableText({ detectable, measure })} points`} could be missed.`;
    })
    .join(' ');
}

function compare(sgd: ErrorRow, sam: ErrorRow, trainingImages: number | undefined, differences: readonly PairedDifference[]): string {
  const start = `After ${sgd.epochs} ${sgd.epochs === 1 ? 'epoch' : 'epochs'}${trainingImages === undefined ? '' : ` on ${trainingImages.toLocaleString('en-US')} training images`} the top-1 error is ${errorText(sgd, 'top1')} % with SGD and ${errorText(sam, 'top1')} % with SAM`;
  if (differences.length === 0) {
    return `${start}, of no seed in common.`;
  }
  const { tests, adjustedPValue, differences: pairs } = differences[0]!;
  return `${start}; in ${pairs.length === 1 ? 'one pair' : `${pairs.length} pairs`} of the same seed ${differences.map(paired).join('; ')}${adjustedPValue !== null ? `, with p corrected by Holm's procedure for the ${tests} tests of the table` : ', from too few runs to know how much seeds scatter'}.`;
}

/** Error or test loss of SAM less that of SGD, and what its test finds. */
function paired({ measure, differences, mean, halfWidth, adjustedPValue, detectable }: PairedDifference): string {
  const unit = measure === 'top1Error' ? 'points' : 'nats';
  const text = plusMinus(Math.abs(mean), halfWidth);
  const direction = mean < 0 ? 'lower' : 'higher';
  const sentence = `SAM's ${measure === 'top1Error' ? 'is' : 'test loss is'} ${mean === 0 ? 'equal' : `${direction} by ${text} ${unit}`}`;
  if (adjustedPValue === null) {
    return sentence;
  }
  const alike = differences.length > 1 && differences.every((one) => one < 0 === mean < 0 && one !== 0);
  const seen = detectableText({ detectable, measure });
  const missed = adjustedPValue < FAMILY_LEVEL ? '' : `: no difference found, where the test could detect ${seen === 'none' ? 'none that is possible' : `${seen} ${unit}`} with a power of 80 %`;
  return `${sentence} (${alike ? 'in all pairs; ' : ''}p ${pEquals(adjustedPValue)}${missed})`;
}

function listCells(rows: readonly ErrorRow[]): string {
  return (['sgd', 'sam'] as const)
    .flatMap((method) => {
      const lengths = rows.filter((row) => row.method === method).map(({ epochs }) => epochs);
      return lengths.length === 0 ? [] : [`${METHOD_NAMES[method]} at ${lengths.join(', ')} epochs`];
    })
    .join('; ');
}
