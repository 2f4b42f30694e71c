import type { ComparedName } from './compared';
import { chosenTiming, endingOf, measuredRatio, ratioGoals, SAM_OVER_SGD, type RatioGoal } from './ratios';
import type { BenchResult, Comparison, Goal, ProbeCost, Timing, Work } from './result';
import { PROBE_PAIRS } from './probePairs';
import { median, medianInterval, pairedRatios, type MedianInterval } from './statistics';

type Measured = Pick<BenchResult, 'comparisons' | 'ceiling' | 'probes'>;

/** samlab's median seconds in the form in which it trains; op by op is only for comparison. */
export function ownMedian(comparison: Comparison, precision: Timing['precision'], work: Work): number | undefined {
  const timing = chosenTiming(comparison, { side: 'samlab', work, precision });
  return timing && median(timing.seconds);
}

/** PyTorch's best median seconds, in one precision or in any; undefined where nothing was timed. */
export function pytorchBest(comparison: Comparison, work: Work, precision?: Timing['precision']): number | undefined {
  const timing = chosenTiming(comparison, { side: 'PyTorch', work, ...(precision ? { precision } : {}) });
  return timing && median(timing.seconds);
}

/** The network that a comparison is about. */
export function comparedName({ model, stem }: Pick<Comparison, 'model' | 'stem'>): ComparedName {
  return model === 'fast' ? 'fast' : stem;
}

/** What a goal asks for. */
interface Asked {
  readonly name: string;
  readonly limit: number;
  readonly shall: RatioGoal['shall'];
}

/** "<= 0.80" or ">= 1.30"; a limit that was itself measured has more digits. */
function goalText({ limit, shall }: Asked): string {
  const given = Math.abs(100 * limit - Math.round(100 * limit)) < 1e-9;
  return `${shall === 'atMost' ? '<=' : '>='} ${limit.toFixed(given ? 2 : 4)}`;
}

/** Whether both ends of an interval lie on one side of the limit, and on which. */
function verdict({ limit, shall }: Asked, low: number, high: number): boolean | null {
  const [within, beyond] = shall === 'atMost' ? [high <= limit, low > limit] : [low >= limit, high < limit];
  return within ? true : beyond ? false : null;
}

/** A goal for a median over rounds: met, or missed, only if its whole interval is on that side. */
function ofRounds(asked: Asked, measured: MedianInterval | undefined, ending?: Goal['ending']): Goal {
  const base = { name: asked.name, goal: goalText(asked) };
  if (measured === undefined || measured.n === 0) {
    return { ...base, value: null, met: null };
  }
  const { median: value, interval, n } = measured;
  return { ...base, value, met: interval && verdict(asked, interval.low, interval.high), ...(interval ? { interval } : {}), rounds: n, ...(ending ? { ending } : {}) };
}

/** A goal for what is measured once and does not scatter, such as memory. */
function ofOne(asked: Asked, value: number | null): Goal {
  return { name: asked.name, goal: goalText(asked), value, met: value === null ? null : verdict(asked, value, value) };
}

/** The update's share of an SGD step. Undefined where it was not timed. */
export function updateShare(comparison: Comparison, precision: Timing['precision']): number | undefined {
  const [update, step] = [comparison.parts?.[precision].update, ownMedian(comparison, precision, 'sgd')];
  return update === undefined || step === undefined ? undefined : update / step;
}

/**
 * The least that a SAM step can take in SGD steps: two gradients and one update, with an ascent that costs nothing, so 2 minus the
 * update's share of an SGD step. Undefined where the update was not timed.
 */
export function samFloor(comparison: Comparison, precision: Timing['precision']): number | undefined {
  const share = updateShare(comparison, precision);
  return share === undefined ? undefined : 2 - share;
}

/** A ratio whose interval lies below its floor shows that one of its times is wrong: it meets no goal. */
function withFloor(goal: Goal, comparison: Comparison): Goal {
  const precision = (['float32', 'mixed'] as const).find((one) => goal.name === `${SAM_OVER_SGD}${one}`);
  const floor = precision && samFloor(comparison, precision);
  return floor !== undefined && goal.interval !== undefined && goal.interval.high < floor ? { ...goal, met: null } : goal;
}

function scaled({ median: value, interval, n }: MedianInterval, factor: number): MedianInterval {
  return { median: factor * value, interval: interval && { low: factor * interval.low, high: factor * interval.high }, n };
}

function comparisonGoals(comparison: Comparison): Goal[] {
  const shares = { float32: updateShare(comparison, 'float32') ?? 0, mixed: updateShare(comparison, 'mixed') ?? 0 };
  return ratioGoals(comparedName(comparison), comparison.batch, shares).map((goal) => withFloor(ofRounds(goal, measuredRatio(comparison, goal), endingOf(comparison, goal)), comparison));
}

/** Goals for what is measured besides the ratios. */
function besideGoals(comparison: Comparison, ceiling: number | undefined, nonPaddingFlops: number): Goal[] {
  const { peakMemory, overhead } = comparison;
  const step = chosenTiming(comparison, { side: 'samlab', work: 'sgd', precision: 'float32' });
  const products = { name: 'step time x measured MatMul ceiling / operations that are not padding', limit: 1.6, shall: 'atMost' } as const;
  return [
    ofRounds(products, step && ceiling !== undefined ? scaled(medianInterval(step.seconds), (ceiling * 1e9) / nonPaddingFlops) : undefined),
    ofOne({ name: "peak memory of a step / PyTorch's", limit: 1, shall: 'atMost' }, peakMemory ? peakMemory.samlab / peakMemory.pytorch : null),
    ofRounds({ name: 'share of a step outside TensorFlow kernels', limit: 0.05, shall: 'atMost' }, overhead && medianInterval(overhead)),
  ];
}

/** Points of the plane whose time is a goal. */
const PLANE_POINTS = 25 * 25;

function plane(name: string, limit: number, seconds: readonly number[] | undefined): Goal[] {
  return seconds === undefined ? [] : [ofRounds({ name, limit, shall: 'atMost' }, scaled(medianInterval(seconds), PLANE_POINTS / 60))];
}

function probeGoals(probes: ProbeCost): Goal[] {
  const { images, point, mixedPoint, peakMemory, productMemory, endings } = probes;
  const pairs = PROBE_PAIRS.map(({ name, above, below, limit }): Goal => {
    const [upper, lower] = [probes[above], probes[below]] as [readonly number[] | undefined, readonly number[] | undefined];
    const ending = endings?.find((one) => one.above === above && one.below === below)?.ending;
    return ofRounds({ name, limit, shall: 'atMost' }, upper && lower && medianInterval(pairedRatios(upper, lower)), ending);
  });
  return [
    ...plane(`a 25 x 25 plane of ResNet-50 on ${images} images, minutes, float32`, 3.5, point),
    ...plane(`a 25 x 25 plane of ResNet-50 on ${images} images, minutes, mixed`, 4, mixedPoint),
    ...pairs,
    ofOne({ name: "peak memory of Hessian-vector products / PyTorch's", limit: 1, shall: 'atMost' }, productMemory ? productMemory.samlab / productMemory.pytorch : null),
    ofOne({ name: 'peak memory of probes / that of training and three copies of the weights', limit: 1, shall: 'atMost' }, peakMemory ? peakMemory.probes / (peakMemory.step + 3 * peakMemory.weights) : null),
  ];
}

/**
 * The table of goals: medians of ratios taken round by round within one run, with their intervals.
 *
 * @param flopsPerImage operations of one gradient on one image with the ImageNet stem, padding left out.
 */
export function goals({ comparisons, ceiling, probes }: Measured, flopsPerImage: number): Goal[] {
  return [
    ...comparisons.flatMap((comparison) => [
      ...comparisonGoals(comparison),
      ...(comparedName(comparison) === 'imagenet' ? besideGoals(comparison, ceiling?.samlab, flopsPerImage * comparison.batch) : []),
    ]),
    ...(probes ? probeGoals(probes) : []),
  ];
}
