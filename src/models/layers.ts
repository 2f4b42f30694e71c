/** The layers that networks are made of, as values; see `network`. */
import { addRelu, gelu as geluOf, multiplyBy, relu as reluOf, tanh as tanhOf } from '../engine/activation';
import { batchNormalizeEvaluation, batchNormalizeTraining, batchNormalizeTrainingWithSide, type Activation, type BatchNormalization, type ChannelStatistics } from '../engine/batchNormalization';
import { conv2d, reshape } from '../engine/convolution';
import { addBias, matMul } from '../engine/dense';
import { globalAveragePool as meanOverPositions, maxPool as maxPoolOf } from '../engine/pooling';
import { cast } from '../engine/precision';
import { release, tensor, type Tensor } from '../engine/tensor';
import { sizeOf } from '../engine/shape';
import { constant, heNormal, uniform, type InitialValues } from './initialValues';
import type { Declarations, Layer, Shape } from './layer';
import type { Apply, Pass } from './model';

/** Settings of a convolution. */
export interface ConvSettings {
  /** Channels of the output. */
  readonly filters: number;
  /** Side of the square filters; default: 3. */
  readonly kernel?: number;
  /** Default: 1. */
  readonly stride?: number;
  /** Zeros on each of the four sides; default: (kernel - 1) / 2, which keeps the size at stride 1. */
  readonly padding?: number;
  /** Whether a number is added to each filter's output; default: false. It starts at 0. */
  readonly bias?: boolean;
  /** How the filters start; default: `heNormal`. */
  readonly initial?: InitialValues;
}

/** @throws RangeError unless inputs are maps. */
function checkMaps(layer: Pick<Layer, 'type'>, input: Shape, declare: Declarations): readonly [number, number, number] {
  if (input.length !== 3) {
    throw new RangeError(`${declare.describe(layer)}: expected inputs of shape [height, width, channels], got [${input.join(', ')}].`);
  }
  return input as readonly [number, number, number];
}

function checkCount(layer: string, name: string, value: number, least = 1): void {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw new RangeError(`${layer}: expected ${name} to be an integer of at least ${least}, got ${value}.`);
  }
}

/** Output length of windows along one axis. */
function windows(length: number, size: number, stride: number, padding: number): number {
  return Math.floor((length + 2 * padding - size) / stride) + 1;
}

/** Runs `second` on what `first` makes, which is released then. */
function afterwards(first: Tensor, second: (x: Tensor) => Tensor): Tensor {
  const y = second(first);
  release(first);
  return y;
}

/**
 * Convolution: [height, width, channels] to [floor((height + 2 padding - kernel) / stride) + 1, likewise, filters].
 *
 * @throws RangeError for settings that are no positive integers; when placed, for inputs that are no maps, or are smaller than the filters.
 */
export function conv({ filters, kernel = 3, stride = 1, padding = (kernel - 1) / 2, bias = false, initial = heNormal }: ConvSettings): Layer {
  Object.entries({ filters, kernel, stride }).forEach(([name, value]) => checkCount('conv', name, value));
  checkCount('conv', 'padding', padding, 0);
  const type = 'conv';
  return {
    type,
    place(input, declare) {
      const [height, width, channels] = checkMaps({ type }, input, declare);
      const output = [windows(height, kernel, stride, padding), windows(width, kernel, stride, padding), filters];
      if (Math.min(...output) < 1) {
        throw new RangeError(`${declare.describe({ type })}: filters of ${kernel} x ${kernel} do not fit into inputs of ${height} x ${width} with padding ${padding}.`);
      }
      const weight = declare.parameter('weight', 'weight', [kernel, kernel, channels, filters], initial);
      const convolve: Apply = (x, { parameters }) => conv2d(x, parameters[weight]!, { stride, padding });
      if (!bias) {
        return { output, apply: convolve, convolution: { filter: weight, geometry: { stride, padding } } };
      }
      const shift = declare.parameter('bias', 'bias', [filters], constant(0));
      return { output, apply: (x, pass) => afterwards(convolve(x, pass), (y) => addBias(y, pass.parameters[shift]!)) };
    },
  };
}

/** Settings of batch normalisation. */
export interface BatchNormSettings {
  /** Whether the normalised channels are multiplied by trained numbers; default: true. Without them they stay as they are. */
  readonly scale?: boolean;
  /** Weight of the newest batch in the running statistics, in (0, 1]; default: 0.1, as PyTorch's. */
  readonly momentum?: number;
  /** Added to the variance; default: 1e-5. */
  readonly epsilon?: number;
  /** What follows in the same pass over memory; default: 'identity'. */
  readonly activation?: Activation;
}

/**
 * Batch normalisation over all images and positions of each channel, with a trained shift; see `batchNormalizeTraining`.
 *
 * @throws RangeError for a momentum outside (0, 1] or a negative epsilon; when placed, for inputs that are neither maps nor vectors.
 */
export function batchNorm({ scale = true, momentum = 0.1, epsilon = 1e-5, activation = 'identity' }: BatchNormSettings = {}): Layer {
  if (!(momentum > 0 && momentum <= 1 && epsilon >= 0)) {
    throw new RangeError(`batchNorm: expected momentum in (0, 1] and epsilon of 0 or more, got ${momentum} and ${epsilon}; 0.1 and 1e-5 are the defaults.`);
  }
  const type = 'batchNorm';
  return {
    type,
    place(input, declare) {
      const channels = input.at(-1)!;
      if (input.length !== 3 && input.length !== 1) {
        throw new RangeError(`${declare.describe({ type })}: expected inputs of shape [height, width, channels] or [features], got [${input.join(', ')}].`);
      }
      const weight = scale ? declare.parameter('weight', 'normScale', [channels], constant(1)) : undefined;
      const shift = declare.parameter('bias', 'normShift', [channels], constant(0));
      const statistics = declare.runningStatistics(channels, momentum);
      const within = (pass: Pass, compute: (norm: BatchNormalization, running: ChannelStatistics) => { readonly y: Tensor; readonly running?: ChannelStatistics }): Tensor => {
        const ones = weight === undefined ? tensor(new Float32Array(channels).fill(1), [channels]) : undefined;
        const { y, running: moved } = compute({ scale: ones ?? pass.parameters[weight!]!, shift: pass.parameters[shift]!, epsilon }, pass.statistics[statistics]!);
        if (moved) {
          pass.updated[statistics] = moved;
        }
        if (ones) {
          release(ones);
        }
        return y;
      };
      const normalize: Apply = (x, pass) =>
        within(pass, (norm, running) => (pass.training ? batchNormalizeTraining(x, norm, running, momentum, activation) : { y: batchNormalizeEvaluation(x, norm, running, activation) }));
      const addSideRelu = (x: Tensor, side: Tensor, pass: Pass): Tensor =>
        pass.training ? within(pass, (norm, running) => batchNormalizeTrainingWithSide(x, side, norm, running, momentum)) : afterwards(normalize(x, pass), (y) => addRelu(y, side));
      const apply: Apply = input.length === 3 ? normalize : asMaps(normalize, channels);
      const norm = { scale: weight, shift, statistics, epsilon, activation };
      return { output: input, apply, norm, ...(activation === 'identity' && input.length === 3 ? { addSideRelu } : {}), ...(weight === undefined ? {} : { lastScale: `${declare.name}.weight` }) };
    },
  };
}

/** A function of maps on vectors, which it takes for maps of one position. */
function asMaps(onMaps: Apply, features: number): Apply {
  return (x, pass) => afterwards(afterwards(reshape(x, [x.shape[0]!, 1, 1, features]), (maps) => onMaps(maps, pass)), (maps) => reshape(maps, [x.shape[0]!, features]));
}

/** A layer without parameters that keeps the shape. */
function elementwise(type: string, apply: (x: Tensor) => Tensor): Layer {
  return { type, place: (input) => ({ output: input, apply }) };
}

/** max(x, 0). After `batchNorm` its own `activation: 'relu'` is faster. */
export function relu(): Layer {
  return elementwise('relu', reluOf);
}

/** tanh(x), for small networks on vectors; smooth, and between -1 and 1. */
export function tanh(): Layer {
  return elementwise('tanh', tanhOf);
}

/** x Phi(x) with the exact error function, as PyTorch's default. */
export function gelu(): Layer {
  return elementwise('gelu', geluOf);
}

/** Multiplies by a constant, for instance logits by 1 / 9. */
export function scaleBy(factor: number): Layer {
  if (!Number.isFinite(factor)) {
    throw new RangeError(`scaleBy: expected a finite factor, got ${factor}.`);
  }
  return elementwise('scaleBy', (x) => multiplyBy(x, factor));
}

/** Settings of max-pooling. */
export interface MaxPoolSettings {
  /** Side of the square windows. */
  readonly size: number;
  /** Default: the windows' size, so that they do not overlap. */
  readonly stride?: number;
}

/** Maximum over windows without padding: [height, width, channels] to [floor((height - size) / stride) + 1, likewise, channels]. */
export function maxPool({ size, stride = size }: MaxPoolSettings): Layer {
  Object.entries({ size, stride }).forEach(([name, value]) => checkCount('maxPool', name, value));
  const type = 'maxPool';
  return {
    type,
    place(input, declare) {
      const [height, width, channels] = checkMaps({ type }, input, declare);
      if (size > Math.min(height, width)) {
        throw new RangeError(`${declare.describe({ type })}: windows of ${size} x ${size} do not fit into inputs of ${height} x ${width}.`);
      }
      return { output: [windows(height, size, stride, 0), windows(width, size, stride, 0), channels], apply: (x) => maxPoolOf(x, { size, stride }) };
    },
  };
}

/** Mean over all positions: [height, width, channels] to [channels]. */
export function globalAveragePool(): Layer {
  const type = 'globalAveragePool';
  return { type, place: (input, declare) => ({ output: [checkMaps({ type }, input, declare)[2]], apply: meanOverPositions }) };
}

/** All elements of an input in a row: row by row, the channels of a position side by side (PyTorch's order is channel by channel). */
export function flatten(): Layer {
  return {
    type: 'flatten',
    place: (input) => {
      const features = sizeOf(input);
      return { output: [features], apply: (x) => reshape(x, [x.shape[0]!, features]) };
    },
  };
}

/** Settings of an affine layer. */
export interface LinearSettings {
  readonly outputs: number;
  /** Whether a number is added to each output; default: true. */
  readonly bias?: boolean;
}

/**
 * Affine layer: [inputs] to [outputs]; weights and bias start uniform in +-1 / sqrt(inputs), as PyTorch's. It computes in
 * float32 in either precision: softmax and loss take logits as they are.
 */
export function linear({ outputs, bias = true }: LinearSettings): Layer {
  checkCount('linear', 'outputs', outputs);
  const type = 'linear';
  return {
    type,
    place(input, declare) {
      const [inputs] = input;
      if (input.length !== 1) {
        throw new RangeError(`${declare.describe({ type })}: expected inputs of shape [features], got [${input.join(', ')}]; put flatten() or globalAveragePool() before it.`);
      }
      const weight = declare.parameter('weight', 'weight', [inputs!, outputs], uniform(inputs!));
      const shift = bias ? declare.parameter('bias', 'bias', [outputs], uniform(inputs!)) : undefined;
      const apply: Apply = (x, { parameters }) => {
        const features = cast(x, 'float32');
        const product = matMul(features, parameters[weight]!);
        const y = shift === undefined ? product : afterwards(product, (sums) => addBias(sums, parameters[shift]!));
        if (features !== x) {
          release(features);
        }
        return y;
      };
      return { output: [outputs], apply };
    },
  };
}
