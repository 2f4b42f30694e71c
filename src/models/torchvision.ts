/**
 * Weights files with torchvision's names and PyTorch's layouts, in a safetensors file: a network trained
 * there opens here, and the other way round.
 */
import type { ChannelStatistics } from '../engine/batchNormalization';
import { tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import { sizeOf } from '../engine/shape';
import type { Model } from './model';
import { readSafetensors, writeSafetensors, type SafetensorsEntry } from './safetensors';
import { trainingMetadata, type TrainingRecord } from './trainingRecord';

/** How many names of each kind an error lists. */
const LISTED = 3;

/** [kernel, kernel, channels, filters] is [filters, channels, kernel, kernel] there, [inputs, outputs] is [outputs, inputs]. */
function torchShape(shape: readonly number[]): number[] {
  const [first, second, channels, filters] = shape;
  return shape.length === 4 ? [filters!, channels!, first!, second!] : [...shape].reverse();
}

/** From [a, b, c] to [c, b, a]. */
function reverseAxes(values: Float32Array, [a, b, c]: readonly [number, number, number]): Float32Array {
  const reversed = new Float32Array(values.length);
  for (let i = 0, read = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        reversed[(k * b + j) * a + i] = values[read++]!;
      }
    }
  }
  return reversed;
}

/** Our layout as three axes, [taps, inputs, outputs], which PyTorch has in the opposite order. */
function threeAxes(shape: readonly number[]): [number, number, number] {
  const [inputs, outputs] = shape.slice(-2) as [number, number];
  return [sizeOf(shape.slice(0, -2)), inputs, outputs];
}

function toTorch(values: Float32Array, shape: readonly number[]): SafetensorsEntry {
  return { shape: torchShape(shape), values: shape.length === 1 ? values : reverseAxes(values, threeAxes(shape)) };
}

function fromTorch(values: Float32Array, shape: readonly number[]): Float32Array {
  const [taps, inputs, outputs] = shape.length === 1 ? [] : threeAxes(shape);
  return shape.length === 1 ? values : reverseAxes(values, [outputs!, inputs!, taps!]);
}

/** Every tensor of a weights file by name, with its shape in PyTorch. */
function expectedShapes(model: Model): Map<string, readonly number[]> {
  return new Map<string, readonly number[]>([
    ...model.parameters.map(({ name, shape }) => [name, torchShape(shape)] as const),
    ...model.statistics.flatMap(({ name, channels }) => [
      [`${name}.running_mean`, [channels]] as const,
      [`${name}.running_var`, [channels]] as const,
    ]),
  ]);
}

/**
 * Saves parameters and running statistics under torchvision's names and layouts. The file appears whole or not at all.
 *
 * @param training what the weights were trained with; written into the file's metadata, where `readTrainingRecord` finds it.
 * @throws Error that names the file, if it cannot be written; what was there before is then unchanged.
 */
export function saveWeights(file: string, model: Model, parameters: TensorVector, statistics: readonly ChannelStatistics[], training?: TrainingRecord): void {
  const arrays = parameters.toArrays();
  const entries = model.parameters.map(({ name, shape }, index) => [name, toTorch(arrays[index]!, shape)] as const);
  const moments = model.statistics.flatMap(({ name, channels }, index) => {
    const { mean, variance } = statistics[index]!;
    return [
      [`${name}.running_mean`, { shape: [channels], values: mean.values() as Float32Array }] as const,
      [`${name}.running_var`, { shape: [channels], values: variance.values() as Float32Array }] as const,
    ];
  });
  writeSafetensors(file, new Map([...entries, ...moments]), { format: 'pt', model: model.name, ...(training ? trainingMetadata(training) : {}) });
}

function listed(kind: string, names: readonly string[]): string[] {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return names.length === 0 ? [] : [`${kind}: ${names.slice(0, LISTED).join(', ')}${more}`];
}

function checkFit(file: string, model: Model, tensors: ReadonlyMap<string, SafetensorsEntry>): void {
  const expected = expectedShapes(model);
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !expected.has(name));
  const misshapen = [...expected].flatMap(([name, shape]) => {
    const found = tensors.get(name)?.shape;
    return found === undefined || found.join() === shape.join() ? [] : [`${name} is [${found.join(', ')}] instead of [${shape.join(', ')}]`];
  });
  const problems = [...listed('missing', missing), ...listed('unexpected', unexpected), ...listed('other shapes', misshapen)];
  if (problems.length > 0) {
    throw new Error(
      `loadWeights: ${file} was not saved from ${model.name} with ${model.classes} classes (${problems.join('; ')}). ` +
        'Choose the network, stem and number of classes that it was saved from.',
    );
  }
}

/**
 * Loads parameters and running statistics from a weights file with torchvision's names and layouts, such as
 * one that PyTorch saved by `safetensors.torch.save_file(model.state_dict(), file)`. Its batch counters
 * (`num_batches_tracked`) are ignored.
 *
 * @returns new tensors, which the caller disposes of.
 * @throws Error that lists missing, unexpected and misshapen tensors, if the file belongs to another network; Error if it is damaged.
 */
export function loadWeights(file: string, model: Model): { readonly parameters: TensorVector; readonly statistics: ChannelStatistics[] } {
  const tensors = new Map([...readSafetensors(file).tensors].filter(([name]) => !name.endsWith('.num_batches_tracked')));
  checkFit(file, model, tensors);
  const values = (name: string): Float32Array => tensors.get(name)!.values;
  return {
    parameters: TensorVector.from(
      model.parameters,
      model.parameters.map(({ name, shape }) => fromTorch(values(name), shape)),
    ),
    statistics: model.statistics.map(({ name, channels }) => ({
      mean: tensor(values(`${name}.running_mean`), [channels]),
      variance: tensor(values(`${name}.running_var`), [channels]),
    })),
  };
}
