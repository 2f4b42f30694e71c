import { isFloat, typeName, type Dataset } from './dataset';
import { measureStatistics } from './normalization';

/** Arrays to make a data set of. */
export interface ArraysOfDataset {
  /** Names the data set in messages and figures. */
  readonly name: string;
  /**
   * [n, ...shape], one input after another: bytes (`Uint8Array`), which `normalization` normalises, or floats, which networks see
   * as they are; or an array of n vectors.
   */
  readonly inputs: Uint8Array | Uint8ClampedArray | Float32Array | Float64Array | readonly ArrayLike<number>[];
  /** [n], whole numbers from 0. */
  readonly labels: ArrayLike<number>;
  /** Shape of one input, such as [28, 28, 1]: height, width, channels. Default: [length of a vector]. */
  readonly shape?: readonly number[];
  /** Label k is `classNames[k]`; default: '0', '1', ... up to the largest label. */
  readonly classNames?: readonly string[];
  /** The training set that this test set belongs to, so that `normalization: 'dataset'` takes its mean and deviation. Default: its own. */
  readonly normalizedAs?: Dataset;
}

/** Labels are kept in bytes. */
const MOST_CLASSES = 256;

/**
 * A data set of one's own, from arrays, which are copied. Subsets, label noise, partitions, training and probes take it as they
 * take CIFAR. Crops, flips and cutout are for bytes of 32 x 32 x 3 alone: for other inputs set cropPadding: 0, flip: false, cutout: 0.
 *
 * @throws RangeError for lengths that do not fit, values that are not finite, labels that are no class, or over 256 classes.
 * @example
 * const images = datasetFromArrays({ name: 'digits', inputs: bytes, labels, shape: [28, 28, 1] });
 * @example
 * const points = datasetFromArrays({ name: 'moons', inputs: [[0.1, 2], [1.5, -1]], labels: [0, 1], classNames: ['upper', 'lower'] });
 */
export function datasetFromArrays({ name, inputs, labels, shape, classNames, normalizedAs }: ArraysOfDataset): Dataset {
  if (labels.length === 0) {
    throw new RangeError(`datasetFromArrays: expected one input or more in ${name}, got no label.`);
  }
  const ofOne = shape ?? vectorShape(name, inputs);
  if (ofOne.length === 0 || !ofOne.every((length) => Number.isSafeInteger(length) && length >= 1)) {
    throw new RangeError(`datasetFromArrays: expected a shape of positive integers for ${name}, such as [28, 28, 1] or [20], got [${ofOne.join(', ')}].`);
  }
  const images = copied(inputs, name);
  const size = ofOne.reduce((product, length) => product * length, 1);
  if (images.length !== labels.length * size) {
    throw new RangeError(`datasetFromArrays: expected ${labels.length} inputs of shape [${ofOne.join(', ')}] in ${name}, one for each label, which are ${labels.length * size} numbers, got ${images.length}.`);
  }
  const odd = images.findIndex((value: number) => !Number.isFinite(value));
  if (odd >= 0) {
    throw new RangeError(`datasetFromArrays: expected finite numbers in ${name}, got ${images[odd]} in input ${Math.floor(odd / size)}.`);
  }
  const names = classNames ?? Array.from({ length: Array.from(labels).reduce((largest, label) => Math.max(largest, label), 0) + 1 }, (_, label) => String(label));
  const set: Dataset = { name, synthetic: false, classNames: names, images, labels: checkedLabels(name, labels, names.length), shape: ofOne };
  return !isFloat(images) ? { ...set, statistics: normalizedAs?.statistics ?? measureStatistics(set) } : set;
}

function vectorShape(name: string, inputs: ArraysOfDataset['inputs']): readonly number[] {
  if (!Array.isArray(inputs)) {
    throw new RangeError(`datasetFromArrays: expected the shape of one input of ${name}, such as shape: [32, 32, 3], for an array of numbers does not tell; or an array of vectors.`);
  }
  const rows = inputs as readonly ArrayLike<number>[];
  const odd = rows.findIndex(({ length }) => length !== rows[0]!.length);
  if (odd >= 0) {
    throw new RangeError(`datasetFromArrays: expected vectors of one length in ${name}, got ${rows[0]!.length} numbers and, in vector ${odd}, ${rows[odd]!.length}.`);
  }
  return [rows[0]?.length ?? 0];
}

function isBytes(inputs: ArraysOfDataset['inputs']): inputs is Uint8Array | Uint8ClampedArray {
  return ['Uint8Array', 'Uint8ClampedArray'].includes(typeName(inputs));
}

/** A copy in memory that other threads can read. */
function copied(inputs: ArraysOfDataset['inputs'], name: string): Uint8Array | Float32Array {
  if (isBytes(inputs)) {
    const bytes = new Uint8Array(new SharedArrayBuffer(inputs.length));
    bytes.set(inputs);
    return bytes;
  }
  const rows: readonly ArrayLike<number>[] = Array.isArray(inputs) ? (inputs as readonly ArrayLike<number>[]) : [inputs as Float32Array | Float64Array];
  if (rows.some((row) => typeof row !== 'object')) {
    throw new RangeError(`datasetFromArrays: expected the inputs of ${name} as a Uint8Array, a Float32Array or an array of vectors, got an array of numbers; pass Float32Array.from(numbers).`);
  }
  const floats = new Float32Array(new SharedArrayBuffer(Float32Array.BYTES_PER_ELEMENT * rows.reduce((sum, { length }) => sum + length, 0)));
  let written = 0;
  for (const row of rows) {
    floats.set(row, written);
    written += row.length;
  }
  return floats;
}

function checkedLabels(name: string, labels: ArrayLike<number>, classes: number): Uint8Array {
  if (classes > MOST_CLASSES) {
    throw new RangeError(`datasetFromArrays: expected at most ${MOST_CLASSES} classes, got ${classes} in ${name}.`);
  }
  const odd = Array.from(labels).findIndex((label) => !(Number.isSafeInteger(label) && label >= 0 && label < classes));
  if (odd >= 0) {
    throw new RangeError(`datasetFromArrays: expected labels from 0 to ${classes - 1} in ${name}, got ${labels[odd]} for input ${odd}; number the classes from 0, or give all their names as classNames.`);
  }
  return Uint8Array.from(labels);
}
