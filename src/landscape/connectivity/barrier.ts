/** How much worse a path is than its ends. */
export interface LossBarrier {
  /** In the unit of the loss; 0 where no place of the path lies above the straight line between the losses of its ends. */
  readonly barrier: number;
  /** Where along the path, in [0, 1]. */
  readonly at: number;
}

/**
 * The loss barrier of a path between two minima: max over t in [0, 1] of L(t) - ((1 - t) L(0) + t L(1)).
 *
 * @param t places along the path; 0 and 1 must be among them, places outside [0, 1] are left out.
 * @param loss L at each place; NaN counts as infinitely high.
 * @throws RangeError if lengths differ or an end is missing.
 * @source Frankle et al. 2020 (arXiv 1912.05671), section 2; in this form Entezari et al. 2022 (arXiv 2110.06296), eq. 1.
 */
export function lossBarrier(t: readonly number[], loss: readonly number[]): LossBarrier {
  const [start, end] = [loss[t.indexOf(0)], loss[t.indexOf(1)]];
  if (t.length !== loss.length || start === undefined || end === undefined) {
    throw new RangeError(`lossBarrier: expected a loss for each place, 0 and 1 among them, got ${t.length} places and ${loss.length} losses.`);
  }
  if (!Number.isFinite(start) || !Number.isFinite(end)) {
    throw new RangeError(`lossBarrier: expected finite losses at both ends, got ${start} and ${end}; a barrier is measured from them.`);
  }
  return t.reduce<LossBarrier>(
    (worst, place, index) => {
      const rise = Number.isNaN(loss[index]) ? Infinity : loss[index]! - ((1 - place) * start + place * end);
      return place >= 0 && place <= 1 && rise > worst.barrier ? { barrier: rise, at: place } : worst;
    },
    { barrier: 0, at: 0 },
  );
}
