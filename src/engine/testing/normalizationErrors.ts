/*
 * Errors of the project's own operations for batch norm, as multiples of what rounding explains. As a process of its own it
 * prints them, and a digest of all bits:
 *   node dist/engine/testing/normalizationErrors.js
 */
import { createHash } from 'node:crypto';
import { floatAttribute, typeAttribute, type DType } from '../binding';
import { ownGradients, ownGradientsWithSide, ownNormalize } from '../ownBatchNormalization';
import { converted } from '../precision';
import { random } from '../random';
import { scope, tensor, type Tensor } from '../tensor';

/** What follows the normalisation. */
const FOLLOWERS = ['nothing', 'ReLU', 'sum and ReLU', 'sum and ReLU, read twice'] as const;
type Follower = (typeof FOLLOWERS)[number];

function hasSide(follower: Follower): boolean {
  return follower.startsWith('sum');
}

/** One position and many, one thread's work and more, channels that fill no vector, that fill several, and more than a row of the loops has. */
const SHAPES = [[1, 1, 1, 3], [2, 3, 3, 5], [3, 5, 7, 13], [2, 5, 5, 700], [4, 12, 12, 64]] as const;

const EPSILON = 0.25;
const SHARE = 0.1;
/** Relative error of one rounding to float32, and to bfloat16. */
const FLOAT = 2 ** -24;
const HALF = 2 ** -8;
/** Numbers that are added in float at most, before the sum goes on in double; one more for what is added. */
const ADDED = 65;

/** Values that bfloat16 holds, so that both element types compute from the same. */
function short(values: Float32Array): Float32Array {
  return new Float32Array(Uint32Array.from(new Uint32Array(values.buffer), (bits) => bits & 0xffff0000).buffer);
}

function inputsOf(shape: readonly number[]) {
  const draw = random(1, `own batch norm ${shape.join()}`);
  const channels = shape.at(-1)!;
  const size = shape.reduce((product, length) => product * length);
  const normal = (length: number, scale = 1, shift = 0): Float32Array => short(Float32Array.from({ length }, () => scale * draw.normal() + shift));
  const perChannel = normal(channels, 3);
  const x = normal(size).map((value, index) => value + perChannel[index % channels]!);
  // A channel without any variance, far from 0.
  return {
    channels,
    rows: size / channels,
    x: short(x.map((value, index) => (index % channels === 1 ? 100.5 : value))),
    side: normal(size),
    dy: normal(size),
    scale: normal(channels),
    shift: normal(channels),
    mean: normal(channels),
    variance: normal(channels).map((value) => value ** 2),
  };
}

type Inputs = ReturnType<typeof inputsOf>;

/** Sums over the positions of one channel. */
function over({ rows, channels }: Inputs, channel: number, value: (index: number) => number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    sum += value(row * channels + channel);
  }
  return sum;
}

/** Values that are expected, and how far from them rounding may lead. */
interface Expected {
  readonly values: readonly number[];
  readonly bounds: readonly number[];
}

/** A bound that holds after the value, with an error up to `bound`, has been rounded to the element type. */
function stored(value: number, bound: number, dtype: DType): number {
  return dtype === 'bfloat16' ? bound + HALF * (Math.abs(value) + bound) : bound;
}

function momentsOf(inputs: Inputs) {
  const { x, rows, channels } = inputs;
  return Array.from({ length: channels }, (_, channel) => {
    const mean = over(inputs, channel, (index) => x[index]!) / rows;
    const variance = over(inputs, channel, (index) => (x[index]! - mean) ** 2) / rows;
    // The sums are taken from a number between the channel's values, so that no term is larger than their range.
    let [least, most] = [Infinity, -Infinity];
    over(inputs, channel, (index) => ((least = Math.min(least, x[index]!)), (most = Math.max(most, x[index]!))));
    const range = most - least;
    return { mean, variance, meanBound: (ADDED + 1) * FLOAT * range + 2 * FLOAT * Math.abs(mean), varianceBound: 3 * (ADDED + 3) * FLOAT * range ** 2 };
  });
}

/** y, the running moments after the batch and the batch's own. */
function expectedForward(inputs: Inputs, follower: Follower, dtype: DType): readonly Expected[] {
  const { x, side, scale, shift, rows, channels } = inputs;
  const moments = momentsOf(inputs);
  const sideOf = (index: number): number => (hasSide(follower) ? side[index]! : 0);
  const y = Array.from(x, (value, index) => {
    const channel = index % channels;
    const { mean, variance, meanBound, varianceBound } = moments[channel]!;
    const factor = scale[channel]! / Math.sqrt(variance + EPSILON);
    const before = factor * (value - mean) + shift[channel]! + sideOf(index);
    const terms = Math.abs(factor * (value - mean)) + Math.abs(shift[channel]!) + Math.abs(sideOf(index));
    const byMoments = Math.abs(factor) * meanBound + (Math.abs(factor * (value - mean)) * varianceBound) / (variance + EPSILON);
    const result = follower === 'nothing' ? before : Math.max(before, 0);
    return { result, bound: stored(result, byMoments + 6 * FLOAT * terms, dtype) };
  });
  const moved = (old: Float32Array, now: (channel: number) => readonly [number, number]): Expected => {
    const pairs = Array.from(old, (before, channel) => [before, ...now(channel)] as const);
    return {
      values: pairs.map(([before, value]) => (1 - SHARE) * before + SHARE * value),
      bounds: pairs.map(([before, value, bound]) => SHARE * bound + 4 * FLOAT * (Math.abs(before) + Math.abs(value))),
    };
  };
  const unbiased = rows / Math.max(rows - 1, 1);
  return [
    { values: y.map(({ result }) => result), bounds: y.map(({ bound }) => bound) },
    moved(inputs.mean, (channel) => [moments[channel]!.mean, moments[channel]!.meanBound]),
    moved(inputs.variance, (channel) => [unbiased * moments[channel]!.variance, unbiased * moments[channel]!.varianceBound]),
    { values: moments.map(({ mean }) => mean), bounds: moments.map(({ meanBound }) => meanBound) },
    { values: moments.map(({ variance }) => variance), bounds: moments.map(({ varianceBound }) => varianceBound) },
  ];
}

/** Where a ReLU lets through; elements so near to 0 that rounding decides get no gradient. */
function letThrough({ x, side, scale, shift, mean, variance, channels }: Inputs, follower: Follower) {
  const before = Array.from(x, (value, index) => {
    const channel = index % channels;
    const normalized = (scale[channel]! * (value - mean[channel]!)) / Math.sqrt(variance[channel]! + EPSILON) + shift[channel]!;
    return hasSide(follower) ? normalized + side[index]! : normalized;
  });
  return { passes: before.map((value) => follower === 'nothing' || value > 0), decided: before.map((value) => Math.abs(value) > 1e-3), y: Float32Array.from(before, (value) => Math.max(value, 0)) };
}

/** The gradients by x, scale, shift and side from that of the output, with the moments that are given. */
function expectedBackward(inputs: Inputs, dy: Float32Array, passes: readonly boolean[], follower: Follower, dtype: DType): readonly Expected[] {
  const { x, scale, mean, variance, rows, channels } = inputs;
  const g = dy.map((slope, index) => (passes[index] ? slope : 0));
  const apart = (index: number): number => x[index]! - mean[index % channels]!;
  const found = Array.from({ length: channels }, (_, channel) => ({
    r: 1 / Math.sqrt(variance[channel]! + EPSILON),
    sum: over(inputs, channel, (index) => g[index]!),
    size: over(inputs, channel, (index) => Math.abs(g[index]!)),
    product: over(inputs, channel, (index) => g[index]! * apart(index)),
    productSize: over(inputs, channel, (index) => Math.abs(g[index]! * apart(index))),
  }));
  const dx = Array.from(x, (_, index) => {
    const channel = index % channels;
    const { r, sum, size, product, productSize } = found[channel]!;
    const factor = Math.abs(scale[channel]! * r);
    const result = scale[channel]! * r * (g[index]! - sum / rows - (apart(index) * r ** 2 * product) / rows);
    const bySums = (factor * (ADDED + 2) * FLOAT * (size + Math.abs(apart(index)) * r ** 2 * productSize)) / rows;
    const terms = factor * (Math.abs(g[index]!) + Math.abs(sum / rows) + Math.abs((apart(index) * r ** 2 * product) / rows));
    return { result, bound: stored(result, bySums + 6 * FLOAT * terms, dtype) };
  });
  return [
    { values: dx.map(({ result }) => result), bounds: dx.map(({ bound }) => bound) },
    { values: found.map(({ r, product }) => r * product), bounds: found.map(({ r, productSize }) => (ADDED + 4) * FLOAT * r * productSize) },
    { values: found.map(({ sum }) => sum), bounds: found.map(({ size }) => (ADDED + 1) * FLOAT * size) },
    ...(hasSide(follower) ? [{ values: [...g], bounds: Array.from(g, () => 0) }] : []),
  ];
}

function valuesOf(x: Tensor): Float32Array {
  return (x.dtype === 'float32' ? x : converted(x, 'float32')).values() as Float32Array;
}

/** The largest error as a multiple of its bound; the largest number there is (JSON has no infinity) where an exact value is missed, or is no number. */
function worst(found: readonly Tensor[], expected: readonly Expected[]): number {
  return expected.reduce((largest, { values, bounds }, output) => {
    const actual = valuesOf(found[output]!);
    return values.reduce((most, value, index) => {
      const error = Math.abs(actual[index]! - value);
      const multiple = error === 0 ? 0 : error / bounds[index]!;
      return Math.max(most, Number.isFinite(multiple) ? multiple : Number.MAX_VALUE);
    }, largest);
  }, 0);
}

function measure(shape: readonly number[], dtype: DType, follower: Follower): { readonly forward: number; readonly backward: number; readonly bits: readonly Float32Array[] } {
  return scope(() => {
    const inputs = inputsOf(shape);
    const map = (values: Float32Array): Tensor => (dtype === 'float32' ? tensor(values, shape) : converted(tensor(values, shape), dtype));
    const [scale, shift, mean, variance] = [inputs.scale, inputs.shift, inputs.mean, inputs.variance].map((values) => tensor(values, [inputs.channels])) as [Tensor, Tensor, Tensor, Tensor];
    const attributes = [typeAttribute('T', dtype), floatAttribute('epsilon', EPSILON)];
    const x = map(inputs.x);
    const side = hasSide(follower) ? map(inputs.side) : undefined;
    const forward = ownNormalize([...attributes, floatAttribute('exponential_avg_factor', SHARE)], [x, scale, shift, mean, variance], follower !== 'nothing', side);
    const { passes, decided, y } = letThrough(inputs, follower);
    const dy = inputs.dy.map((slope, index) => (decided[index] ? slope : 0));
    const normalized = { x, scale, shift, mean, variance };
    // An output that is read twice has a gradient of two parts, whose sum is exact here.
    const parts = (follower === 'sum and ReLU, read twice' ? [dy.map((slope) => 2 * slope), dy.map((slope) => -slope)] : [dy]).map(map) as [Tensor, ...Tensor[]];
    const backward = side === undefined ? ownGradients(parts[0], normalized, attributes, follower === 'ReLU') : ownGradientsWithSide(parts, normalized, map(y), attributes);
    return {
      forward: worst(forward, expectedForward(inputs, follower, dtype)),
      backward: worst(backward, expectedBackward(inputs, dy, passes, follower, dtype)),
      bits: [...forward.slice(0, 5), ...backward].map(valuesOf),
    };
  });
}

/** The largest error of each operation as a multiple of its bound, and a digest of all that they computed. */
export function normalizationErrors(): { readonly errors: Readonly<Record<string, number>>; readonly digest: string } {
  const digest = createHash('sha1');
  const errors: Record<string, number> = {};
  for (const shape of SHAPES) {
    for (const dtype of ['float32', 'bfloat16'] as const) {
      for (const follower of FOLLOWERS) {
        const { forward, backward, bits } = measure(shape, dtype, follower);
        bits.forEach((values) => digest.update(values));
        Object.assign(errors, { [`${shape.join(' x ')}, ${dtype}, ${follower}`]: forward, [`${shape.join(' x ')}, ${dtype}, ${follower}: gradient`]: backward });
      }
    }
  }
  return { errors, digest: digest.digest('hex') };
}

if (require.main === module) {
  console.log(JSON.stringify(normalizationErrors()));
}
