import { pairedTest, type PairedTest } from '../experiment/pairedTest';
import type { RunResult } from '../experiment/result';
import { pEquals, signedPlusMinus } from './differenceText';

/** A pair of finished runs with one seed. */
interface Pair {
  readonly seed: number;
  readonly sgd: RunResult;
  readonly sam: RunResult;
}

function isFinished({ status, final }: RunResult): boolean {
  return status === 'finished' && final !== null;
}

function pairsOf(runs: readonly RunResult[]): readonly Pair[] {
  const finished = runs.filter(isFinished);
  return finished
    .filter(({ config }) => config.method === 'sgd')
    .flatMap((sgd) => {
      const sam = finished.find(({ config }) => config.method === 'sam' && config.seed === sgd.config.seed);
      return sam ? [{ seed: sgd.config.seed, sgd, sam }] : [];
    })
    .sort((a, b) => a.seed - b.seed);
}

/** Pairs that were stored, and the same made again. */
interface Repeated {
  readonly stored: readonly Pair[];
  readonly again: readonly Pair[];
}

/** The pairs of one length of training, and those made again of them; undefined where no stored pair was made again. */
function repeatedPairs(runs: readonly RunResult[], repeats: readonly RunResult[]): Repeated | undefined {
  const stored = pairsOf(runs);
  const names = new Set(stored.flatMap(({ sgd, sam }) => [sgd.id, sam.id]));
  const again = pairsOf(repeats.filter(({ id }) => names.has(id)));
  return again.length === 0 ? undefined : { stored, again };
}

type Measure = 'top1Error' | 'loss';

/** SAM minus SGD, one number a seed: the mean of its pairs, since runs of one seed share images and initial weights. */
function testOfSeeds({ stored, again }: Repeated, measure: Measure): PairedTest {
  const meansOf = (method: 'sgd' | 'sam'): number[] =>
    stored.map(({ seed }) => {
      const values = [...stored, ...again].filter((pair) => pair.seed === seed).map((pair) => pair[method].final![measure]);
      return values.reduce((sum, value) => sum + value / values.length, 0);
    });
  return pairedTest(meansOf('sam'), meansOf('sgd'));
}

/**
 * The paired test of SAM against SGD over seeds, with the runs of a seed that were made again averaged with the stored ones; undefined
 * where none was made again.
 *
 * @param runs of one recipe and one length of training, at most one of a method and seed.
 * @param repeats all runs that were made again; those of other runs are left out.
 */
export function averagedTest(runs: readonly RunResult[], repeats: readonly RunResult[], measure: Measure = 'top1Error'): PairedTest | undefined {
  const repeated = repeatedPairs(runs, repeats);
  return repeated && testOfSeeds(repeated, measure);
}

/**
 * What runs tell that were made again with the settings and seeds of stored ones, by a version of the program that differs in rounding alone:
 * their errors beside the stored ones, and the paired difference over seeds with repeats averaged. Empty where no pair was repeated.
 *
 * @param runs of one recipe and one length of training.
 * @param repeats that have the identifiers of some of them.
 */
export function describeRepeats(runs: readonly RunResult[], repeats: readonly RunResult[]): string {
  const repeated = repeatedPairs(runs, repeats);
  if (repeated === undefined) {
    return '';
  }
  const error = ({ final }: RunResult): string => final!.top1Error.toFixed(2);
  const errors = repeated.again.map(({ seed, sgd, sam }) => {
    const before = repeated.stored.find((pair) => pair.seed === seed)!;
    return `seed ${seed}: SGD ${error(before.sgd)}, then ${error(sgd)} %; SAM ${error(before.sam)}, then ${error(sam)} %`;
  });
  const [points, nats] = (['top1Error', 'loss'] as const).map((measure) => testOfSeeds(repeated, measure));
  const text = ({ difference, halfWidth, pValue }: PairedTest, unit: string): string => `${signedPlusMinus(difference, halfWidth)} ${unit}${pValue === null ? '' : ` (p ${pEquals(pValue)}, not corrected)`}`;
  const seeds = repeated.stored.length;
  return `Trained again with a difference in rounding alone, runs end elsewhere (${errors.join('; ')}). With the runs of a seed averaged, over ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, SAM minus SGD is ${text(points!, 'points')} in error and ${text(nats!, 'nats')} in test loss.`;
}
