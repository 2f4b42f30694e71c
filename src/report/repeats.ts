import { pairedTest } from '../experiment/pairedTest';
import type { RunResult } from '../experiment/result';
import { pEquals, signedPlusMinus } from './differenceText';

/** A pair of runs with one seed. */
interface Pair {
  readonly seed: number;
  readonly sgd: RunResult;
  readonly sam: RunResult;
}

function pairsOf(runs: readonly RunResult[]): readonly Pair[] {
  const finished = runs.filter(({ status }) => status === 'finished');
  return finished
    .filter(({ config }) => config.method === 'sgd')
    .flatMap((sgd) => {
      const sam = finished.find(({ config }) => config.method === 'sam' && config.seed === sgd.config.seed && config.epochs === sgd.config.epochs);
      return sam ? [{ seed: sgd.config.seed, sgd, sam }] : [];
    })
    .sort((a, b) => a.seed - b.seed);
}

const errorOf = ({ final }: RunResult): number => final!.top1Error;

/**
 * What runs tell that were made again with the settings and seeds of stored ones, by a version of the program that differs in rounding alone:
 * their errors beside the stored ones, and the paired difference over all pairs. Empty where no pair was repeated.
 *
 * @param runs of one recipe and one length of training.
 * @param repeats that have the identifiers of some of them.
 */
export function describeRepeats(runs: readonly RunResult[], repeats: readonly RunResult[]): string {
  const stored = new Map(runs.map((run) => [run.id, run]));
  const again = pairsOf(repeats.filter(({ id }) => stored.has(id)));
  if (again.length === 0) {
    return '';
  }
  const errors = again.map(({ seed, sgd, sam }) => `seed ${seed}: SGD ${errorOf(sgd).toFixed(2)} % (before ${errorOf(stored.get(sgd.id)!).toFixed(2)} %), SAM ${errorOf(sam).toFixed(2)} % (before ${errorOf(stored.get(sam.id)!).toFixed(2)} %)`);
  const all = [...pairsOf(runs), ...again];
  const { difference, halfWidth, pValue } = pairedTest(all.map(({ sam }) => errorOf(sam)), all.map(({ sgd }) => errorOf(sgd)));
  return `Trained again with the same settings and a version of the program that differs in rounding alone, runs end elsewhere (${errors.join('; ')}). Over all ${all.length} pairs SAM minus SGD is ${signedPlusMinus(difference, halfWidth)} points (p ${pEquals(pValue)}).`;
}
