import { sizeOf } from '../engine/shape';
/** Side of every image of CIFAR, in pixels. */
export const IMAGE_SIDE = 32;
/** Red, green, blue. */
export const CHANNELS = 3;
/** Rows, columns and channels of one image of CIFAR. */
export const IMAGE_SHAPE = [IMAGE_SIDE, IMAGE_SIDE, CHANNELS] as const;
/** Bytes of one image of CIFAR: 32 x 32 x 3. */
export const IMAGE_BYTES = IMAGE_SIDE * IMAGE_SIDE * CHANNELS;

/** Mean and standard deviation of each channel, such as red, green and blue, on pixels scaled to [0, 1]. */
export interface PixelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Images or other inputs with their labels, as plain arrays; nothing in it belongs to TensorFlow. */
export interface Dataset {
  /** 'CIFAR-10', 'CIFAR-100', 'synthetic-10', 'synthetic-100', or that of one's own. Subsets keep the name of the set they come from. */
  readonly name: string;
  /** Whether the images were drawn by a program instead of photographed. */
  readonly synthetic: boolean;
  /** Names of the classes; label k is `classNames[k]`. */
  readonly classNames: readonly string[];
  /** [n, ...shape]: bytes of images in 0..255, row by row, the channels of a pixel side by side (NHWC); or numbers, which networks get as they are. */
  readonly images: Uint8Array | Float32Array;
  /** [n] */
  readonly labels: Uint8Array;
  /** Shape of one input; default: [32, 32, 3], RGB. */
  readonly shape?: readonly number[];
  /** Mean and deviation of the pixels of one's own images. */
  readonly statistics?: PixelStatistics;
}

/** A training set with the test set that belongs to it. */
export interface DatasetPair {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Shape of one input: [height, width, channels] for images. */
export function inputShape({ shape = IMAGE_SHAPE }: Pick<Dataset, 'shape'>): readonly number[] {
  return shape;
}

/** Numbers of one input. */
export function inputSize(dataset: Pick<Dataset, 'shape'>): number {
  return sizeOf(inputShape(dataset));
}

/** Number of images n. */
export function imageCount(dataset: Dataset): number {
  return dataset.labels.length;
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

/** Name of an array's type, such as 'Uint8Array'. By name, since `instanceof` fails for arrays from another context of Node. */
export function kindOf(values: unknown): string {
  return Object.prototype.toString.call(values).slice('[object '.length, -1);
}

/** Room for as many numbers of the same kind in memory that other threads can read too. */
export function inputRoom(like: Dataset['images'], length: number): Dataset['images'] {
  return kindOf(like) === 'Float32Array' ? new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT)) : new Uint8Array(new SharedArrayBuffer(length));
}

/** The data set with its images in memory that other threads can read: itself, as for all data sets that samlab makes, or with a copy of them. */
export function shared(dataset: Dataset): Dataset {
  if (dataset.images.buffer instanceof SharedArrayBuffer) {
    return dataset;
  }
  const images = inputRoom(dataset.images, dataset.images.length);
  images.set(dataset.images);
  return { ...dataset, images };
}

/**
 * Copies the images with the given indices, in the order of the indices.
 *
 * @throws RangeError if an index is not in [0, n).
 */
export function select(dataset: Dataset, indices: Int32Array): Dataset {
  const size = inputSize(dataset);
  const images = inputRoom(dataset.images, indices.length * size);
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
