import { IMAGE_SHAPE, inputShape as shapeOf, kindOf, type Dataset } from './dataset';
import { sizeOf } from '../engine/shape';

/** What a network says of the images that it takes. */
export interface NetworkInput {
  /** Numbers of its output; labels run from 0 to one less. */
  readonly classes: number;
  /** Shape of one image: height, width, channels. Default: 32, 32, 3. */
  readonly inputShape?: readonly number[];
}

/**
 * Checks that a data set can be given to a network: whole images of the network's shape, one label each, all of them classes of
 * the network, as bytes, or as numbers in a `Float32Array`.
 *
 * @param caller names the function that was given the data set.
 * @throws RangeError for an empty set, inputs of another shape or number, or a label out of range; TypeError for other arrays.
 */
export function checkDataset(caller: string, dataset: Dataset, { classes, inputShape = IMAGE_SHAPE }: NetworkInput): void {
  const { name, images, labels } = dataset;
  checkKind(caller, name, 'images', images, ['Uint8Array', 'Float32Array']);
  checkKind(caller, name, 'labels', labels, ['Uint8Array']);
  if (labels.length === 0) {
    throw new RangeError(`${caller}: expected at least one image, got none; take a larger part of ${name}.`);
  }
  const shape = shapeOf(dataset);
  if (dataset.shape !== undefined && shape.join() !== inputShape.join()) {
    throw new RangeError(`${caller}: the network takes inputs of shape [${inputShape.join(', ')}], those of ${name} have [${shape.join(', ')}]; make the network with inputShape: [${shape.join(', ')}].`);
  }
  const bytes = sizeOf(inputShape);
  if (images.length !== labels.length * bytes || shape.join() !== inputShape.join()) {
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

function checkKind(caller: string, name: string, what: string, values: unknown, kinds: readonly string[]): void {
  const kind = kindOf(values);
  if (!kinds.includes(kind)) {
    throw new TypeError(`${caller}: expected the ${what} of ${name} as a ${kinds.join(' or ')}, got ${kind}; copy them with ${kinds[0]}.from.`);
  }
}
