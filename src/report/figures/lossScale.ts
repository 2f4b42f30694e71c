import { requireFiniteRange } from '../../engine/finiteRange';
import { axis } from './style';
import { logTicks } from './ticks';

/** A logarithmic colour or height scale that several surfaces share. */
export interface LossScale {
  /** Ends of the scale, as powers of ten. */
  readonly low: number;
  readonly high: number;
  /** Marked places of the scale: losses, powers of ten, and texts. Two or more. */
  readonly values: readonly number[];
  readonly ticks: readonly number[];
  readonly texts: readonly string[];
}

/** Losses closer together than this share of their size, which is rounding, are drawn as one. */
const ROUNDING = 1e-9;
/** How far the scale of losses that are all equal reaches to either side, as a share of them. */
const ROOM = 0.05;

/**
 * The scale of some losses: from the smallest to the largest finite one, or a little around them if they are all equal.
 *
 * @throws RangeError if a loss is 0 or below, which a logarithm cannot show, or none is finite.
 */
export function lossScale(name: string, losses: Iterable<number>): LossScale {
  const { lowest, highest } = requireFiniteRange(`${name}: expected losses`, losses);
  if (!(lowest > 0)) {
    throw new RangeError(`${name}: expected losses above 0, got ${lowest}; the scale is logarithmic.`);
  }
  const equal = highest / lowest - 1 <= ROUNDING;
  const [low, high] = equal ? [lowest * (1 - ROOM), highest * (1 + ROOM)] : [lowest, highest];
  const marks = logTicks(low, high);
  return {
    low: Math.log10(low),
    high: Math.log10(high),
    values: marks.map(({ value }) => value),
    ticks: marks.map(({ value }) => Math.log10(value)),
    texts: marks.map(({ text }) => text),
  };
}

/** log10 of each loss; null, which plotly leaves out, where it is not finite. */
export function logLosses(z: readonly (readonly number[])[]): (number | null)[][] {
  return z.map((row) => row.map((loss) => (Number.isFinite(loss) ? Math.log10(loss) : null)));
}

/** Dark where the loss is low; made for readers with any kind of colour vision (Nuñez et al. 2018). */
export const LOSS_COLOURS = 'Cividis';

/** The colour bar of a logarithmic scale. */
export function lossColourBar({ ticks, texts }: LossScale): object {
  return { title: { text: 'Loss, nats (log scale)', side: 'right' }, tickvals: [...ticks], ticktext: [...texts], thickness: 14, outlinewidth: 0 };
}

/** A vertical axis of losses on a logarithmic scale, with marks that read as losses. */
export function lossAxis(title: string, { low, high, values, texts }: LossScale): ReturnType<typeof axis> {
  const room = 0.03 * (high - low);
  return axis(title, { type: 'log', range: [low - room, high + room], tickvals: [...values], ticktext: [...texts] });
}
