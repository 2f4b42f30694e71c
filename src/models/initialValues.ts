/** How parameters start: one function for each usual scheme. */
import type { Random } from '../engine/random';
import { sizeOf } from '../engine/shape';
import type { Examples } from './examples';
import { whitenedPatches } from './whitening';

/** What initial values may depend on. */
export interface InitialDraw {
  readonly shape: readonly number[];
  /** The parameter's own stream. */
  readonly rng: Random;
  /** The first inputs of the training set. @throws Error if the caller has none. */
  readonly examples: (count: number) => Examples;
}

/** Makes the initial values of one parameter. The array holds until the next call. */
export type InitialValues = (draw: InitialDraw) => Float32Array;

/** Overwritten by each parameter in turn: separate arrays would wait for the garbage collector and raise a run's peak of memory. */
let scratch = new Float32Array(0);

/** Numbers drawn one after another; they hold until the next call. */
function filled(shape: readonly number[], draw: () => number): Float32Array {
  if (scratch.length < sizeOf(shape)) {
    scratch = new Float32Array(sizeOf(shape));
  }
  const values = scratch.subarray(0, sizeOf(shape));
  for (let index = 0; index < values.length; index++) {
    values[index] = draw();
  }
  return values;
}

/**
 * Normal with deviation sqrt(2 / (kernel^2 filters)), over the outputs, as torchvision's ResNet.
 *
 * @source He et al. 2015 (arXiv 1502.01852), section 2.2.
 */
export const heNormal: InitialValues = ({ shape, rng: source }) => {
  const [kernelHeight, kernelWidth, , filters] = shape as [number, number, number, number];
  const deviation = Math.sqrt(2 / (kernelHeight * kernelWidth * filters));
  return filled(shape, () => deviation * source.normal());
};

/** Uniform in +-1 / sqrt(inputs), with the number of inputs that one output sums: PyTorch's default for linear and convolutional layers. */
export function uniform(inputs: number): InitialValues {
  return ({ shape, rng: source }) => filled(shape, () => (2 * source.uniform() - 1) / Math.sqrt(inputs));
}

/** Every element the same. */
export function constant(value: number): InitialValues {
  return ({ shape }) => filled(shape, () => value);
}

/**
 * Filters that copy their channel: the middle tap of filter c from channel c is 1 for the first filters, as many as there
 * are channels, and their other taps are 0. Further filters are uniform in +-1 / sqrt(kernel^2 channels).
 *
 * @source `torch.nn.init.dirac_`; Zagoruyko and Komodakis 2017 (arXiv 1706.00388).
 */
export const dirac: InitialValues = (draw) => {
  const [height, width, channels, filters] = draw.shape as [number, number, number, number];
  const values = uniform(height * width * channels)(draw);
  const middle = Math.floor(height / 2) * width + Math.floor(width / 2);
  for (let index = 0; index < values.length; index++) {
    const filter = index % filters;
    const channel = Math.floor(index / filters) % channels;
    const tap = Math.floor(index / (filters * channels));
    if (filter < channels) {
      values[index] = filter === channel && tap === middle ? 1 : 0;
    }
  }
  return values;
};

/** Training images that a whitening layer is computed from. */
const WHITENING_EXAMPLES = 5000;

/**
 * Filters that whiten the patches of the first 5,000 training images, and then the same with the opposite sign; see
 * `whitenedPatches`. The number of filters must be twice that of a patch's elements.
 *
 * @param epsilon added to the eigenvalues; default: 5e-4.
 */
export function whitening(epsilon = 5e-4): InitialValues {
  return ({ shape, examples }) => whitenedPatches(examples(WHITENING_EXAMPLES), shape, epsilon);
}
