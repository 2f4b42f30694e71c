import { batchShape, type Batch } from '../data/batches';

/** Whose logits are averaged: those of each image, of it and its mirror image, or of two shifted versions of both too. */
export type TestAugmentation = 'none' | 'mirror' | 'mirrorAndShift';

/** An image batch and its weight in the mean of logits. */
export interface WeightedBatch {
  readonly batch: Batch;
  readonly weight: number;
}

/** An index beyond an edge, reflected back inside; the edge itself is not repeated: -1 becomes 1. */
function reflected(index: number, length: number): number {
  const inside = Math.abs(index);
  return inside < length ? inside : 2 * (length - 1) - inside;
}

/** Each pixel from the one `by` rows below and columns to the right, where this lies outside from the image's mirror image; then mirrored left to right. */
function moved({ images, labels, size }: Batch, [height, width, channels]: readonly [number, number, number], by: number, mirrored: boolean): Batch {
  const result = new Float32Array(images.length);
  for (let image = 0, write = 0; image < size; image++) {
    for (let row = 0; row < height; row++) {
      const start = (image * height + reflected(row + by, height)) * width;
      for (let column = 0; column < width; column++) {
        const read = (start + reflected((mirrored ? width - 1 - column : column) + by, width)) * channels;
        for (let channel = 0; channel < channels; channel++) {
          result[write++] = images[read + channel]!;
        }
      }
    }
  }
  return { images: result, labels, size, shape: [height, width, channels] };
}

/**
 * The batches whose logits are averaged. `mirror`: the images and their mirror images, with equal weights. `mirrorAndShift`:
 * these with half of the weight, and with the other half both of the images shifted by one pixel up and left, and by one
 * down and right.
 *
 * @throws RangeError for inputs that are no images, unless the mode is `none`.
 * @source Jordan 2024 (arXiv 2404.00498), section 3.
 */
export function testViews(batch: Batch, mode: TestAugmentation): readonly WeightedBatch[] {
  if (mode === 'none') {
    return [{ batch, weight: 1 }];
  }
  const shape = batchShape(batch);
  if (shape.length !== 3) {
    throw new RangeError(`testAugmentation: "${mode}" is for images [height, width, channels], got inputs of shape [${shape.join(', ')}]; take "none".`);
  }
  const map = shape as unknown as readonly [number, number, number];
  const pair = (by: number, weight: number): WeightedBatch[] => [
    { batch: by === 0 ? batch : moved(batch, map, by, false), weight: weight / 2 },
    { batch: moved(batch, map, by, true), weight: weight / 2 },
  ];
  return mode === 'mirror' ? pair(0, 1) : [...pair(0, 1 / 2), ...pair(1, 1 / 4), ...pair(-1, 1 / 4)];
}
