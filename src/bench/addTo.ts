import { goals } from './goals';
import type { BenchResult, Comparison, Kept } from './result';

/** Where and with what a benchmark was measured. */
export type Machine = Pick<BenchResult, 'processor' | 'processorDigest' | 'gpu' | 'threads' | 'versions'>;

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

function isSame(one: Comparison, other: Comparison): boolean {
  return one.model === other.model && one.stem === other.stem && one.batch === other.batch;
}

/**
 * A run's result with the parts of an earlier one that the run did not measure: other networks, probes, the speed of a large product, scaling.
 * Each kept part says when and at which commit it was measured. Every ratio is still of one run.
 *
 * @param flopsPerImage as for `goals`.
 * @throws RangeError as `checkSameMachine`.
 */
export function addTo(earlier: BenchResult, run: BenchResult, flopsPerImage: number): BenchResult {
  checkSameMachine(earlier, run);
  const kept = <Part extends Kept>(part: Part): Part => ({ ...part, measured: part.measured ?? { commit: earlier.commit, finishedAt: earlier.finishedAt } });
  const comparisons = [...run.comparisons, ...earlier.comparisons.filter((one) => !run.comparisons.some((other) => isSame(one, other))).map(kept)];
  const probes = run.probes ?? (earlier.probes && kept(earlier.probes));
  const ceiling = run.ceiling ?? earlier.ceiling;
  const measured = { comparisons, ...(ceiling ? { ceiling } : {}), ...(probes ? { probes } : {}) };
  return { ...run, ...measured, scaling: run.scaling.length > 0 ? run.scaling : earlier.scaling, goals: goals(measured, flopsPerImage) };
}
