import type { ChannelStatistics } from '../engine/batchNormalization';
import { tensor, type Tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec } from '../engine/vector';
import { sizeOf } from '../engine/shape';
import type { Model } from '../models/model';
import { expectAllClose } from './expectAllClose';
import { hashed } from './hashed';

/** [kernel height, kernel width, channels, filters], with kernels of 1 for matrices. */
type FourAxes = readonly [number, number, number, number];

function fourAxes(shape: readonly number[]): FourAxes {
  const [channels, filters] = shape.slice(-2) as [number, number];
  return shape.length === 4 ? (shape as unknown as FourAxes) : [1, 1, channels, filters];
}

/** Moves elements from our order to PyTorch's, [filters, channels, height, width], or back. Slow and simple on purpose. */
function reorder(values: ArrayLike<number>, shape: readonly number[], to: 'here' | 'there'): Float32Array {
  const [height, width, channels, filters] = fourAxes(shape);
  const result = new Float32Array(values.length);
  for (let f = 0, there = 0; f < filters; f++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++, there++) {
          const here = ((i * width + j) * channels + c) * filters + f;
          result[to === 'here' ? here : there] = values[to === 'here' ? there : here]!;
        }
      }
    }
  }
  return result;
}

/** A parameter's elements in PyTorch's order. */
export function inTorchOrder(values: Float32Array, shape: readonly number[]): Float32Array {
  return shape.length === 1 ? values : reorder(values, shape, 'there');
}

/** The value that `fill` in reference.py gives a parameter, in PyTorch's order. */
function torchValues({ name, kind, shape }: ParameterSpec): Float32Array {
  const u = hashed(name, sizeOf(shape));
  const shift = name.includes('downsample') ? 2.5 : 1;
  switch (kind) {
    case 'normScale':
      return u.map((value) => 0.33 + 0.1 * value);
    case 'normShift':
    case 'bias':
      return u.map((value) => (value < 0 ? -shift : shift) + 0.05 * value);
    case 'weight': {
      const scale = shape.length === 4 ? Math.sqrt(6 / (shape[0]! * shape[1]! * shape[3]!)) : 1 / Math.sqrt(shape[0]!);
      return u.map((value) => scale * value);
    }
  }
}

/** The parameters that `fill` gives the same network in PyTorch. */
export function hashedParameters(model: Model): TensorVector {
  const arrays = model.parameters.map((spec) => {
    const values = torchValues(spec);
    return spec.shape.length === 1 ? values : reorder(values, spec.shape, 'here');
  });
  return TensorVector.from(model.parameters, arrays);
}

/** The running statistics that `fill` gives the same network in PyTorch. */
export function hashedStatistics(model: Model): ChannelStatistics[] {
  return model.statistics.map(({ name, channels }) => ({
    mean: tensor(hashed(`${name}.running_mean`, channels).map((value) => 0.25 * value), [channels]),
    variance: tensor(hashed(`${name}.running_var`, channels).map((value) => 1 + 0.5 * value), [channels]),
  }));
}

/** The images that `images` in reference.py draws: [batch, 32, 32, 3]. */
export function hashedImages(name: string, batch: number, side = 32): Tensor {
  const shape = [batch, side, side, 3];
  return tensor(hashed(name, sizeOf(shape)).map((value) => 2 * value), shape);
}

/** The summary that reference.py stores of a large tensor. */
export interface Summary {
  readonly norm: number;
  /** Inner product with the hashed vector `probe/NAME`. */
  readonly probe: number;
  /** The first element, the one after a third, and the last. */
  readonly elements: readonly number[];
}

/** Compares values, in PyTorch's order, with a summary. `relative` is the error allowed in units of the expected norm. */
export function expectSummary(name: string, values: Float32Array, { norm, probe, elements }: Summary, relative: number): void {
  const weights = hashed(`probe/${name}`, values.length);
  let squares = 0;
  let product = 0;
  for (let index = 0; index < values.length; index++) {
    squares += values[index]! ** 2;
    product += values[index]! * weights[index]!;
  }
  const found = [Math.sqrt(squares), product, values[0]!, values[Math.floor(values.length / 3)]!, values.at(-1)!];
  expectAllClose(found, [norm, probe, ...elements], { absolute: relative * norm }, `${name}: norm, probe, elements`);
}

/** A direction with the elements of the hashed vectors `WHAT/NAME`, which are laid out in our order. */
export function hashedVector(model: Model, what: string): TensorVector {
  return TensorVector.from(model.parameters, model.parameters.map(({ name, shape }) => hashed(`${what}/${name}`, sizeOf(shape))));
}
