import { IMAGE_SHAPE, typeName, type Dataset } from './dataset';

/** What a network says of the images that it takes. */
export interface NetworkInput {
  /** Numbers of its output; labels run from 0 to one less. */
  readonly classes: number;
  /** Shape of one image: height, width, channels. Default: 32, 32, 3. */
  readonly inputShape?: readonly number[];
}

/**
 * Checks that a data set can be given to a network: whole images of the network's shape, one label each, all of them classes of
 * the network, as bytes. Bytes have no shape of their own, so that a set of other images would be cut up and trained on.
 *
 * @param caller names the function that was given the data set.
 * @throws RangeError for an empty set, images of another size or number, or a label out of range; TypeError for other arrays than
 *   `Uint8Array`.
 */
export function checkDataset(caller: string, dataset: Dataset, { classes, inputShape = IMAGE_SHAPE }: NetworkInput): void {
  const { name, images, labels, shape } = dataset;
  // Floats have a shape: they are a data set that datasetFromArrays has made.
  if (shape === undefined || typeName(images) !== 'Float32Array') {
    checkBytes(caller, name, 'images', images);
  }
  if (shape !== undefined && shape.join() !== inputShape.join()) {
    throw new RangeError(`${caller}: expected inputs of shape [${inputShape.join(', ')}], which the network takes, got [${shape.join(', ')}] in ${name}; make the network with this inputShape.`);
  }
  checkBytes(caller, name, 'labels', labels);
  if (labels.length === 0) {
    throw new RangeError(`${caller}: expected at least one image, got none; take a larger part of ${name}.`);
  }
  const bytes = inputShape.reduce((product, length) => product * length, 1);
  if (images.length !== labels.length * bytes) {
    throw new RangeError(
      `${caller}: expected ${labels.length} images of shape [${inputShape.join(', ')}], as many as labels, which are ${labels.length * bytes} bytes, ` +
        `got ${images.length} bytes in ${name}; bring the images to that shape, with one label each.`,
    );
  }
  const odd = labels.findIndex((label) => label >= classes);
  if (odd >= 0) {
    throw new RangeError(`${caller}: expected labels from 0 to ${classes - 1}, for the network has ${classes} classes, got ${labels[odd]} for image ${odd} of ${name}; number the classes from 0, or make a network with more of them.`);
  }
}

function checkBytes(caller: string, name: string, what: string, values: unknown): void {
  const type = typeName(values);
  if (type !== 'Uint8Array') {
    throw new TypeError(`${caller}: expected the ${what} of ${name} as a Uint8Array, got ${type}; copy them with Uint8Array.from.`);
  }
}
