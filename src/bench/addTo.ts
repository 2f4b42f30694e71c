import { comparedName, goals } from './goals';
import type { ComparedName } from './compared';
import type { BenchResult, Comparison, Kept, Work } from './result';

/** Where and with what a benchmark was measured. */
export type Machine = Pick<BenchResult, 'processor' | 'processorDigest' | 'gpu' | 'threads' | 'versions'>;

/** What a run will measure of networks. */
export interface Choice {
  readonly networks: readonly ComparedName[];
  readonly works: readonly Work[];
  readonly onlyRatios: boolean;
  /** Images per step, where it is not the usual number. */
  readonly batch?: number;
}

/** What has to be the same for two runs to stand in one file. */
function shared({ processor, processorDigest, gpu, threads, versions: { tensorflow, pytorch } }: Machine): string {
  return JSON.stringify({ processor, processorDigest, gpu, threads, tensorflow, pytorch });
}

/** @throws RangeError if a stored benchmark is of another machine, other versions of TensorFlow and PyTorch, or another number of threads. */
export function checkSameMachine(stored: Machine, now: Machine): void {
  if (shared(stored) !== shared(now)) {
    throw new RangeError(`checkSameMachine: expected a stored benchmark of ${shared(now)}, got one of ${shared(stored)}; leave --add out, and the whole is measured anew.`);
  }
}

/** @throws RangeError if a run would replace a stored comparison by one that lacks some of its measures. */
export function checkReplaces({ comparisons }: Pick<BenchResult, 'comparisons'>, { networks, works, onlyRatios, batch }: Choice): void {
  for (const stored of comparisons.filter((one) => networks.includes(comparedName(one)))) {
    const lost = [
      ...[...new Set(stored.timings.map(({ work }) => work))].filter((work) => !works.includes(work)).map((work) => `--works with ${work}`),
      ...(onlyRatios && (stored.peakMemory ?? stored.parts) ? ['no --only-ratios'] : []),
      ...(batch !== undefined && batch !== stored.batch ? [`batches of ${stored.batch}`] : []),
    ];
    if (lost.length > 0) {
      throw new RangeError(`checkReplaces: expected ${lost.join(', ')}, which the stored benchmark has of the network ${comparedName(stored)}; measure all of it, or leave --add out.`);
    }
  }
}

function withoutCeiling(run: BenchResult): BenchResult {
  const copy: { -readonly [Key in keyof BenchResult]: BenchResult[Key] } = { ...run };
  delete copy.ceiling;
  return copy;
}

/**
 * A run's result with the parts of an earlier one that the run did not measure: other networks, probes, scaling. Each kept network and the
 * kept probes say when and at which commit they were measured. The speed of a large product stays with the network that it is compared with, so that
 * every ratio is of one run.
 *
 * @param flopsPerImage as for `goals`.
 * @throws RangeError as `checkSameMachine`.
 */
export function addTo(earlier: BenchResult, run: BenchResult, flopsPerImage: number): BenchResult {
  checkSameMachine(earlier, run);
  const kept = <Part extends Kept>(part: Part): Part => ({ ...part, measured: part.measured ?? { commit: earlier.commit, finishedAt: earlier.finishedAt } });
  const has = ({ comparisons }: BenchResult, name: ComparedName): boolean => comparisons.some((one) => comparedName(one) === name);
  const others = earlier.comparisons.filter((one: Comparison) => !has(run, comparedName(one)));
  const comparisons = [...run.comparisons, ...others.map(kept)];
  const probes = run.probes ?? (earlier.probes && kept(earlier.probes));
  const { ceiling } = has(run, 'imagenet') || !has(earlier, 'imagenet') ? run : earlier;
  const measured = { comparisons, ...(ceiling ? { ceiling } : {}), ...(probes ? { probes } : {}) };
  return { ...withoutCeiling(run), ...measured, scaling: run.scaling.length > 0 ? run.scaling : earlier.scaling, goals: goals(measured, flopsPerImage) };
}
