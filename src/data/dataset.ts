/** Side of every image, in pixels. */
export const IMAGE_SIDE = 32;
/** Red, green, blue. */
export const CHANNELS = 3;
/** Rows, columns and channels of one image. */
export const IMAGE_SHAPE = [IMAGE_SIDE, IMAGE_SIDE, CHANNELS] as const;
/** Bytes of one image: 32 x 32 x 3. */
export const IMAGE_BYTES = IMAGE_SIDE * IMAGE_SIDE * CHANNELS;

/** Images with their labels, as plain bytes; nothing in it belongs to TensorFlow. */
export interface Dataset {
  /** 'CIFAR-10', 'CIFAR-100', 'synthetic-10' or 'synthetic-100'. Subsets keep the name of the set they come from. */
  readonly name: string;
  /** Whether the images were drawn by a program instead of photographed. */
  readonly synthetic: boolean;
  /** Names of the classes; label k is `classNames[k]`. */
  readonly classNames: readonly string[];
  /** [n, 32, 32, 3], RGB in 0..255, row by row, the three channels of a pixel side by side (NHWC). */
  readonly images: Uint8Array;
  /** [n] */
  readonly labels: Uint8Array;
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

/** The data set itself where other threads can read its images, as they can if samlab has made it; else with a copy of them. */
export function shared(dataset: Dataset): Dataset {
  if (dataset.images.buffer instanceof SharedArrayBuffer) {
    return dataset;
  }
  const images = imageRoom(imageCount(dataset));
  images.set(dataset.images);
  return { ...dataset, images };
}

/**
 * Copies the images with the given indices, in the order of the indices.
 *
 * @throws RangeError if an index is not in [0, n).
 */
export function select(dataset: Dataset, indices: Int32Array): Dataset {
  const images = imageRoom(indices.length);
  const labels = new Uint8Array(indices.length);
  indices.forEach((index, position) => {
    const label = dataset.labels[index];
    if (label === undefined) {
      throw new RangeError(`select: expected indices below ${imageCount(dataset)} (${dataset.name}), got ${index}.`);
    }
    labels[position] = label;
    images.set(dataset.images.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES), position * IMAGE_BYTES);
  });
  return { ...dataset, images, labels };
}
