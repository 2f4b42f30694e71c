import type { ChannelStatistics } from '../engine/batchNormalization';
import { random } from '../engine/random';
import { scope, tensor, type Tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec } from '../engine/vector';
import type { Model } from './model';

/** How a network starts. */
export interface Initialisation {
  readonly seed: number;
  /** Starts the last batch-norm scale of each residual branch at 0, so that each block starts as the identity (Goyal et al. 2017, section 5.1). */
  readonly zeroInitResidual: boolean;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Written over by each parameter in turn: the garbage collector would let arrays of its own lie for as long as a run's peak of memory. */
let scratch = new Float32Array(0);

/** Numbers drawn one after another; they hold until the next call. */
function filled(shape: readonly number[], draw: () => number): Float32Array {
  if (scratch.length < size(shape)) {
    scratch = new Float32Array(size(shape));
  }
  const values = scratch.subarray(0, size(shape));
  for (let index = 0; index < values.length; index++) {
    values[index] = draw();
  }
  return values;
}

/** He et al. 2015 (arXiv 1502.01852) over the outputs, as torchvision's ResNet: normal with deviation sqrt(2 / (kernel^2 filters)). */
function heNormal({ name, shape }: ParameterSpec, seed: number): Float32Array {
  const [kernelHeight, kernelWidth, , filters] = shape as [number, number, number, number];
  const deviation = Math.sqrt(2 / (kernelHeight * kernelWidth * filters));
  const source = random(seed, 'initialise', name);
  return filled(shape, () => deviation * source.normal());
}

/** PyTorch's default for affine layers: weights and biases uniform in +-1 / sqrt(inputs). */
function uniformByInputs({ name, shape }: ParameterSpec, inputs: number, seed: number): Float32Array {
  const source = random(seed, 'initialise', name);
  return filled(shape, () => (2 * source.uniform() - 1) / Math.sqrt(inputs));
}

function initialValues(model: Model, spec: ParameterSpec, { seed, zeroInitResidual }: Initialisation): Float32Array {
  switch (spec.kind) {
    case 'normShift':
      return new Float32Array(size(spec.shape));
    case 'normScale':
      return new Float32Array(size(spec.shape)).fill(zeroInitResidual && model.residualScales.includes(spec.name) ? 0 : 1);
    case 'bias': {
      const weight = model.parameters.find(({ name }) => name === spec.name.replace(/bias$/, 'weight'));
      return uniformByInputs(spec, weight?.shape[0] ?? 1, seed);
    }
    case 'weight':
      return spec.shape.length === 4 ? heNormal(spec, seed) : uniformByInputs(spec, spec.shape[0]!, seed);
  }
}

/** Draws the initial parameters; each from a stream of its own, so that equal layers of different networks start alike. */
export function initialParameters(model: Model, initialisation: Initialisation): TensorVector {
  const draw = (spec: ParameterSpec): Tensor => tensor(initialValues(model, spec, initialisation), spec.shape);
  return scope(
    () => new TensorVector(model.parameters, model.parameters.map(draw)),
    ({ tensors }) => tensors,
  );
}

/** Running statistics before the first batch: mean 0, variance 1. */
export function initialStatistics(model: Model): ChannelStatistics[] {
  return model.statistics.map(({ channels }) => ({
    mean: tensor(new Float32Array(channels), [channels]),
    variance: tensor(new Float32Array(channels).fill(1), [channels]),
  }));
}

/** Frees running statistics. */
export function disposeStatistics(statistics: readonly ChannelStatistics[]): void {
  for (const { mean, variance } of statistics) {
    mean.dispose();
    variance.dispose();
  }
}
