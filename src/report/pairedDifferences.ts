import { FAMILY_LEVEL } from '../experiment/comparisonRows';
import { holmAdjusted } from '../experiment/holm';
import { pairedTest } from '../experiment/pairedTest';
import { detectableDifference } from '../experiment/power';
import type { Evaluation, RunResult } from '../experiment/result';

/** SAM minus SGD over runs of the same seed, at one length of training. */
export interface PairedDifference {
  readonly epochs: number;
  /** Test error in points, or test loss in nats. */
  readonly measure: 'top1Error' | 'loss';
  /** One a pair, by seed. */
  readonly differences: readonly number[];
  readonly mean: number;
  /** Half the 95 % interval; null for one pair, as are the next three. */
  readonly halfWidth: number | null;
  /** Of the paired t test, two-sided. */
  readonly pValue: number | null;
  /** The same by Holm's procedure, corrected for the `tests` of the table. */
  readonly adjustedPValue: number | null;
  /** The smallest difference that this test would have found with a power of 80 % at 5 % / `tests`. */
  readonly detectable: number | null;
  readonly tests: number;
}

const MEASURES = ['top1Error', 'loss'] as const satisfies readonly (keyof Evaluation)[];

/**
 * SAM minus SGD in error and test loss, at each length where both have finished runs of one setting and the same seed; all of
 * them are one family of tests.
 *
 * @param runs of one recipe.
 */
export function pairedDifferences(runs: readonly RunResult[]): readonly PairedDifference[] {
  const lengths = [...new Set(runs.map(({ config }) => config.epochs))].sort((a, b) => a - b);
  const found = lengths.flatMap((epochs) => {
    const pairs = pairsAt(runs, epochs);
    return pairs.length === 0 ? [] : MEASURES.map((measure) => {
      const [sam, sgd] = ([0, 1] as const).map((side) => pairs.map((pair) => pair[side].final![measure]));
      return { epochs, measure, differences: sam!.map((value, index) => value - sgd![index]!), ...pairedTest(sam!, sgd!) };
    });
  });
  const tested = found.filter(({ pValue }) => pValue !== null);
  const adjusted = holmAdjusted(tested.map(({ pValue }) => pValue!));
  return found.map((one) => {
    const { difference, ...rest } = one;
    const adjustedPValue = adjusted[tested.indexOf(one)] ?? null;
    const detectable = adjustedPValue === null ? null : detectableDifference(one.halfWidth!, one.differences.length, { level: FAMILY_LEVEL / tested.length });
    return { ...rest, mean: difference, adjustedPValue, detectable, tests: tested.length };
  });
}

/** Finished runs of SAM and SGD of this length by seed; none where a method has several settings, so that there is no single pair. */
function pairsAt(runs: readonly RunResult[], epochs: number): readonly (readonly [sam: RunResult, sgd: RunResult])[] {
  const [sam, sgd] = (['sam', 'sgd'] as const).map((method) => runs.filter(({ config, status, final }) => config.method === method && config.epochs === epochs && status === 'finished' && final !== null));
  const settings = ({ config }: RunResult): string => `${config.learningRate} ${config.method === 'sgd' ? '' : config.rho}`;
  if ([sam!, sgd!].some((ofMethod) => new Set(ofMethod.map(settings)).size > 1)) {
    return [];
  }
  return [...sam!].sort((a, b) => a.config.seed - b.config.seed).flatMap((run) => {
    const partner = sgd!.find(({ config }) => config.seed === run.config.seed);
    return partner ? [[run, partner] as const] : [];
  });
}
