import type { PixelStatistics } from './normalization';

/** Side of every image, in pixels. */
export const IMAGE_SIDE = 32;
/** Red, green, blue. */
export const CHANNELS = 3;
/** Rows, columns and channels of one image. */
export const IMAGE_SHAPE = [IMAGE_SIDE, IMAGE_SIDE, CHANNELS] as const;
/** Bytes of one image: 32 x 32 x 3. */
export const IMAGE_BYTES = IMAGE_SIDE * IMAGE_SIDE * CHANNELS;

/** Images or other inputs with their labels, as plain arrays; nothing in it belongs to TensorFlow. One of your own: `datasetFromArrays`. */
export interface Dataset {
  /** 'CIFAR-10', 'CIFAR-100', 'synthetic-10', 'synthetic-100', or that of a data set of one's own. Subsets keep the name of the set they come from. */
  readonly name: string;
  /** Whether the images were drawn by a program instead of photographed. */
  readonly synthetic: boolean;
  /** Names of the classes; label k is `classNames[k]`. */
  readonly classNames: readonly string[];
  /** [n, 32, 32, 3], RGB in 0..255, row by row, the three channels of a pixel side by side (NHWC); with a `shape`, [n, ...shape], in bytes, or in floats that networks see as they are. */
  readonly images: Uint8Array | Float32Array;
  /** [n] */
  readonly labels: Uint8Array;
  /** Shape of one input, such as [28, 28, 1] or [20]; default: [32, 32, 3]. */
  readonly shape?: readonly number[];
  /** What `normalization: 'dataset'` normalises bytes with; default: the constants of CIFAR and of the embedded images. */
  readonly statistics?: PixelStatistics;
}

/** A training set with the test set that belongs to it. */
export interface DatasetPair {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Number of images n. */
export function imageCount(dataset: Dataset): number {
  return dataset.labels.length;
}

/** Shape of one input. */
export function inputShape({ shape = IMAGE_SHAPE }: Pick<Dataset, 'shape'>): readonly number[] {
  return shape;
}

/** Numbers of one input: 3,072 for images of 32 x 32. */
export function inputSize(dataset: Pick<Dataset, 'shape'>): number {
  return inputShape(dataset).reduce((product, length) => product * length, 1);
}

/** By name, for arrays may come from another context of Node, as those of notebooks do, where `instanceof` knows them not. */
export function typeName(values: unknown): string {
  return Object.prototype.toString.call(values).slice('[object '.length, -1);
}

/** Whether inputs are floats, which networks see as they are. */
export function isFloat(values: Uint8Array | Float32Array): values is Float32Array {
  return typeName(values) === 'Float32Array';
}

/** Number of images of each class. */
export function classCounts(labels: Uint8Array, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** Room for the bytes of n images in memory that other threads can read too. */
export function imageRoom(images: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(images * IMAGE_BYTES));
}

/** Room for n inputs of a data set's kind, in memory that other threads can read too. */
function roomLike(dataset: Dataset, count: number): Uint8Array | Float32Array {
  const size = count * inputSize(dataset);
  return isFloat(dataset.images) ? new Float32Array(new SharedArrayBuffer(size * Float32Array.BYTES_PER_ELEMENT)) : new Uint8Array(new SharedArrayBuffer(size));
}

/** The data set itself where other threads can read its images, as they can if samlab has made it; else with a copy of them. */
export function shared(dataset: Dataset): Dataset {
  if (dataset.images.buffer instanceof SharedArrayBuffer) {
    return dataset;
  }
  const images = roomLike(dataset, imageCount(dataset));
  images.set(dataset.images);
  return { ...dataset, images };
}

/**
 * Copies the images with the given indices, in the order of the indices.
 *
 * @throws RangeError if an index is not in [0, n).
 */
export function select(dataset: Dataset, indices: Int32Array): Dataset {
  const images = roomLike(dataset, indices.length);
  const size = inputSize(dataset);
  const labels = new Uint8Array(indices.length);
  indices.forEach((index, position) => {
    const label = dataset.labels[index];
    if (label === undefined) {
      throw new RangeError(`select: expected indices below ${imageCount(dataset)} (${dataset.name}), got ${index}.`);
    }
    labels[position] = label;
    images.set(dataset.images.subarray(index * size, (index + 1) * size), position * size);
  });
  return { ...dataset, images, labels };
}
