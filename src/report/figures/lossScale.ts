/** A logarithmic colour or height scale that several surfaces share. */
export interface LossScale {
  /** Smallest and largest loss, as powers of ten. */
  readonly low: number;
  readonly high: number;
  /** Marked places of the scale, as powers of ten, and their texts. */
  readonly ticks: readonly number[];
  readonly texts: readonly string[];
}

/** Where each decade is marked. */
const STEPS = [1, 2, 5];

/**
 * The scale of some losses: from the smallest to the largest finite one.
 *
 * @throws RangeError if a loss is 0 or below, which a logarithm cannot show, or none is finite.
 */
export function lossScale(name: string, losses: readonly number[]): LossScale {
  const finite = losses.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (!(low > 0)) {
    throw new RangeError(`${name}: expected losses above 0, got ${finite.length === 0 ? 'none that is finite' : low}; the scale is logarithmic.`);
  }
  const decades = Array.from({ length: Math.floor(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 }, (_, index) => Math.floor(Math.log10(low)) + index);
  const steps = decades.length > 3 ? STEPS.slice(0, 1) : STEPS;
  const marks = decades.flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`))).filter((mark) => mark >= low && mark <= high);
  return { low: Math.log10(low), high: Math.log10(high), ticks: marks.map(Math.log10), texts: marks.map(String) };
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
