import { inputRoom, kindOf, type Dataset } from './dataset';
import { measureStatistics } from './normalization';
import type { PixelStatistics } from './dataset';
import { sizeOf } from '../engine/shape';

/** A data set of one's own. */
export interface ArrayDataset {
  /** Names the data set in captions, messages and files. */
  readonly name: string;
  /**
   * One input after the other. Bytes are pixels from 0 to 255, which are normalised and may be augmented; numbers, as a
   * `Float32Array` or a list of vectors, go to the network as they are.
   */
  readonly inputs: Uint8Array | Float32Array | readonly ArrayLike<number>[];
  /** Shape of one input: [height, width, channels] for images, [features] for vectors. A list of vectors needs none. */
  readonly shape?: readonly number[];
  /** Class of each input, from 0 to 255. */
  readonly labels: ArrayLike<number>;
  /** Names of the classes; default: "class 0" and so on, up to the largest label. */
  readonly classNames?: readonly string[];
  /** Mean and deviation of each channel on pixels scaled to [0, 1], for `normalization: 'dataset'`; default: measured on these inputs. Test images take `statistics: train.statistics`. */
  readonly statistics?: PixelStatistics;
}

function flat(inputs: ArrayDataset['inputs']): { readonly values: Uint8Array | Float32Array; readonly length?: number } {
  if (['Uint8Array', 'Float32Array'].includes(kindOf(inputs))) {
    return { values: inputs as Uint8Array | Float32Array };
  }
  return listOf(inputs as readonly ArrayLike<number>[]);
}

function listOf(inputs: readonly ArrayLike<number>[]): { readonly values: Float32Array; readonly length: number } {
  const length = inputs[0]?.length ?? 0;
  const odd = inputs.findIndex((vector) => vector.length !== length);
  if (odd >= 0) {
    throw new RangeError(`datasetOf: expected vectors of one length, got ${length} numbers first and ${inputs[odd]!.length} in vector ${odd}.`);
  }
  const values = new Float32Array(inputs.length * length);
  inputs.forEach((vector, index) => values.set(vector, index * length));
  return { values, length };
}

/**
 * A data set from arrays, for the same subsets, label noise, partitions, training, evaluation and probes as CIFAR.
 *
 *     const train = datasetOf({ name: 'two moons', inputs: points, labels, classNames: ['upper', 'lower'] });
 *
 * Inputs and labels are copied into shared memory, which the thread that makes training batches reads too.
 *
 * @throws RangeError if lengths do not fit, a label is none of the classes, or a number is not finite.
 */
export function datasetOf({ name, inputs, shape, labels, classNames, statistics }: ArrayDataset): Dataset {
  const { values, length } = flat(inputs);
  const inputShape = shape ?? (length === undefined ? undefined : [length]);
  if (inputShape === undefined || inputShape.length === 0 || !inputShape.every((side) => Number.isSafeInteger(side) && side >= 1)) {
    throw new RangeError(`datasetOf: expected the shape of one input of ${name}, such as [28, 28, 1] or [20], got ${inputShape === undefined ? 'none' : `[${inputShape.join(', ')}]`}.`);
  }
  const size = sizeOf(inputShape);
  if (labels.length === 0 || values.length !== labels.length * size) {
    throw new RangeError(`datasetOf: expected ${labels.length} inputs of shape [${inputShape.join(', ')}], one for each label, which are ${labels.length * size} numbers, got ${values.length} in ${name}.`);
  }
  const classes = classNames ?? Array.from({ length: Array.from(labels).reduce((largest, label) => Math.max(largest, label), 0) + 1 }, (_, label) => `class ${label}`);
  const odd = Array.from(labels).findIndex((label) => !(Number.isSafeInteger(label) && label >= 0 && label < Math.min(classes.length, 256)));
  if (odd >= 0) {
    throw new RangeError(`datasetOf: expected labels from 0 to ${classes.length - 1}, at most 255, got ${labels[odd]} for input ${odd} of ${name}.`);
  }
  const infinite = values.findIndex((value) => !Number.isFinite(value));
  if (infinite >= 0) {
    throw new RangeError(`datasetOf: expected finite numbers, got ${values[infinite]} in input ${Math.floor(infinite / size)} of ${name}.`);
  }
  const images = inputRoom(values, values.length);
  images.set(values);
  const dataset: Dataset = { name, synthetic: false, classNames: classes, images, labels: Uint8Array.from(labels), shape: [...inputShape] };
  const found = statistics ?? (kindOf(images) === 'Uint8Array' ? measureStatistics(dataset) : undefined);
  return found ? { ...dataset, statistics: found } : dataset;
}
