import { COMMON_CONFIGURATION } from './rivalConfigurations';
import type { BenchResult, Comparison, Goal, ProbeCost, Timing, Work } from './result';
import { median } from './statistics';

/** Names of the goals that compare samlab's SAM step with its own SGD step, without their precision. */
export const SAM_OVER_SGD = 'SAM step / SGD step, ';

type Measured = Pick<BenchResult, 'comparisons' | 'ceiling' | 'probes'>;

function medianOf(timings: readonly Timing[]): number | undefined {
  const times = timings.filter(({ seconds }) => seconds.length > 0).map(({ seconds }) => median(seconds));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** samlab's median seconds as training runs; op by op is for comparison alone. */
export function ownMedian({ timings }: Comparison, precision: Timing['precision'], work: Work): number | undefined {
  return medianOf(timings.filter((timing) => timing.side === 'samlab' && timing.configuration === precision && timing.work === work));
}

function ourBest(comparison: Comparison, work: Work): number | undefined {
  const found = (['float32', 'mixed'] as const).map((precision) => ownMedian(comparison, precision, work)).filter((seconds) => seconds !== undefined);
  return found.length === 0 ? undefined : Math.min(...found);
}

/** PyTorch's best median seconds, in one precision or in any; undefined where nothing was timed. */
export function pytorchBest({ timings }: Comparison, work: Work, precision?: Timing['precision']): number | undefined {
  return medianOf(timings.filter((timing) => timing.side === 'PyTorch' && timing.work === work && (precision === undefined || timing.precision === precision)));
}

function ratio(above: number | undefined, below: number | undefined): number | null {
  return above === undefined || below === undefined ? null : above / below;
}

function atMost(name: string, limit: number, value: number | null): Goal {
  return { name, goal: `<= ${limit.toFixed(2)}`, value, met: value === null ? null : value <= limit };
}

function atLeast(name: string, limit: number, value: number | null): Goal {
  return { name, goal: `>= ${limit.toFixed(2)}`, value, met: value === null ? null : value >= limit };
}

/**
 * The least that a SAM step can take in SGD steps: two gradients and one update, with a climb that costs nothing, so 2 less the
 * update's share of an SGD step. Undefined where the update was not timed.
 */
export function samFloor(comparison: Comparison, precision: Timing['precision']): number | undefined {
  const [update, step] = [comparison.parts?.[precision].update, ownMedian(comparison, precision, 'sgd')];
  return update === undefined || step === undefined ? undefined : 2 - update / step;
}

/** A ratio below its floor, or of unknown floor, tells that one of its times is wrong or may be: it meets no goal. */
function samOverSgd(comparison: Comparison, precision: Timing['precision']): Goal {
  const goal = atMost(`${SAM_OVER_SGD}${precision}`, 1.9, ratio(ownMedian(comparison, precision, 'sam'), ownMedian(comparison, precision, 'sgd')));
  const floor = samFloor(comparison, precision);
  const told = goal.value !== null && floor !== undefined && goal.value >= floor;
  return told || goal.met === false ? goal : { ...goal, met: null };
}

function againstBest(comparison: Comparison, limits: readonly [number, number, number, number], where: string): Goal[] {
  const [sgd, sam, mixedSgd, mixedSam] = limits;
  return [
    atMost(`float32 SGD step / PyTorch's best float32 SGD step, ${where}`, sgd, ratio(ownMedian(comparison, 'float32', 'sgd'), pytorchBest(comparison, 'sgd', 'float32'))),
    atMost(`float32 SAM step / PyTorch's best float32 SAM step, ${where}`, sam, ratio(ownMedian(comparison, 'float32', 'sam'), pytorchBest(comparison, 'sam', 'float32'))),
    atMost(`mixed SGD step / PyTorch's best SGD step in any precision, ${where}`, mixedSgd, ratio(ownMedian(comparison, 'mixed', 'sgd'), pytorchBest(comparison, 'sgd'))),
    atMost(`mixed SAM step / PyTorch's best SAM step in any precision, ${where}`, mixedSam, ratio(ownMedian(comparison, 'mixed', 'sam'), pytorchBest(comparison, 'sam'))),
  ];
}

function imagenetGoals(comparison: Comparison, ceiling: number, nonPaddingFlops: number): Goal[] {
  const where = `ImageNet stem, batch ${comparison.batch}`;
  const common = medianOf(comparison.timings.filter(({ configuration, work }) => configuration === COMMON_CONFIGURATION && work === 'sgd'));
  const step = ownMedian(comparison, 'float32', 'sgd');
  const { samlab, pytorch } = comparison.peakMemory;
  return [
    ...againstBest(comparison, [0.8, 0.8, 0.8, 0.75], where),
    atMost("mixed SAM step / PyTorch's float32 SGD step as scripts are commonly written", 0.85, ratio(ownMedian(comparison, 'mixed', 'sam'), common)),
    ...(['float32', 'mixed'] as const).map((precision) => samOverSgd(comparison, precision)),
    atMost('step time x measured MatMul ceiling / operations that are not padding', 1.6, step === undefined ? null : (step * ceiling * 1e9) / nonPaddingFlops),
    atMost("peak memory / PyTorch's", 1, ratio(samlab, pytorch)),
    atLeast("evaluation images/s / PyTorch's best inference mode", 1.2, ratio(pytorchBest(comparison, 'evaluation'), ourBest(comparison, 'evaluation'))),
    atMost('share of a step outside TensorFlow kernels', 0.05, comparison.outsideKernels + comparison.dataShare),
  ];
}

/** Points of the plane whose time is a goal. */
const PLANE_POINTS = 25 * 25;

function probeGoals({ images, forward, point, mixedPoint, gradient, product, exactProduct, pytorchProduct, peakMemory }: ProbeCost): Goal[] {
  const minutes = (seconds: readonly number[]): number => (median(seconds) * PLANE_POINTS) / 60;
  return [
    atMost(`a 25 x 25 plane of ResNet-50 on ${images} images, minutes, float32`, 4, minutes(point)),
    ...(mixedPoint ? [atMost(`a 25 x 25 plane of ResNet-50 on ${images} images, minutes, mixed`, 4, minutes(mixedPoint))] : []),
    atMost('a point of a plane / bare forward passes over its images', 1.15, ratio(median(point), median(forward))),
    atMost('Hessian-vector product / gradient', exactProduct ? 3.3 : 2.2, ratio(median(product), median(gradient))),
    ...(exactProduct ? [atMost("Hessian-vector product / PyTorch's", 0.8, ratio(median(product), median(pytorchProduct)))] : []),
    ...(peakMemory ? [atMost('peak memory of probes / that of training and three copies of the weights', 1, peakMemory.probes / (peakMemory.step + 3 * peakMemory.weights))] : []),
  ];
}

/**
 * The table of goals, as ratios of medians from one run.
 *
 * @param flopsPerImage operations of one gradient on one image with the ImageNet stem, padding left out.
 */
export function goals({ comparisons, ceiling, probes }: Measured, flopsPerImage: number): Goal[] {
  const find = (stem: Comparison['stem']): Comparison | undefined => comparisons.find((comparison) => comparison.stem === stem);
  const [imagenet, cifar] = [find('imagenet'), find('cifar')];
  return [
    ...(imagenet ? imagenetGoals(imagenet, ceiling.samlab, flopsPerImage * imagenet.batch) : []),
    ...(cifar ? againstBest(cifar, [0.85, 0.85, 0.85, 0.85], `CIFAR stem, batch ${cifar.batch}`) : []),
    ...(probes ? probeGoals(probes) : []),
  ];
}
