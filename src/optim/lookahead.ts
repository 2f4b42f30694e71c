import type { Vector } from '../engine/vector';

/** How Lookahead averages. */
export interface LookaheadSettings {
  /** Steps between averages. */
  readonly every: number;
  /** Share of the slow weights that is kept at the end of the run, in [0, 1]; 0.5 with power 0 is the paper's. */
  readonly keep: number;
  /** The share kept at step t of T is keep (t / T)^power. */
  readonly power: number;
}

/**
 * The share of the slow weights that is kept after a step, or undefined where there is no average then.
 *
 * @param taken steps taken, this one among them.
 * @param total steps of the run.
 */
export function lookaheadShare({ every, keep, power }: LookaheadSettings, taken: number, total: number): number | undefined {
  return every > 0 && taken % every === 0 ? keep * (taken / total) ** power : undefined;
}

/**
 * Lookahead's average: the slow weights become d slow + (1 - d) fast, and the fast ones are set to them.
 *
 * @param share d
 * @returns a new vector, which the caller disposes of.
 * @source Zhang et al. 2019 (arXiv 1907.08610), algorithm 1, with d = 1 - alpha; d that grows: Jordan 2024 (arXiv 2404.00498).
 */
export function lookaheadAverage<V extends Vector>(slow: V, fast: V, share: number): V {
  const average = fast.times(1 - share);
  average.addScaledInPlace(slow, share);
  return average;
}
