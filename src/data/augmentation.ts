import type { Random } from '../engine/random';
import { CHANNELS, IMAGE_BYTES, IMAGE_SIDE } from './dataset';

/** Which random changes training images go through; they are applied in the order of the fields. */
export interface Augmentation {
  /** Pixels of black border around an image before a random 32 x 32 crop; 0 turns cropping off. */
  readonly cropPadding: number;
  /** Whether an image is mirrored left to right with probability 1/2. */
  readonly flip: boolean;
  /** Side of the square that is set to zero after normalisation, in pixels; 0 turns it off. */
  readonly cutout: number;
  /** Whether each image has a square of its own, as it should, or all of a batch share the first one's; `image`. */
  readonly cutoutPer?: 'image' | 'batch';
}

/** What chance decided for one image. */
export interface Placement {
  /** Row and column of the source that become row 0 and column 0 of the crop; negative inside the border. */
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
  /** Pixel around which cutout's square lies; any pixel of the image, so the square may reach over its edge. */
  readonly cutoutRow: number;
  readonly cutoutColumn: number;
}

/** Draws one image's changes. The number of draws depends on the settings alone, never on earlier draws. */
export function drawPlacement({ cropPadding, flip, cutout }: Augmentation, source: Random): Placement {
  return {
    top: cropPadding > 0 ? source.integer(2 * cropPadding + 1) - cropPadding : 0,
    left: cropPadding > 0 ? source.integer(2 * cropPadding + 1) - cropPadding : 0,
    mirrored: flip && source.integer(2) === 1,
    cutoutRow: cutout > 0 ? source.integer(IMAGE_SIDE) : 0,
    cutoutColumn: cutout > 0 ? source.integer(IMAGE_SIDE) : 0,
  };
}

/**
 * Crops and mirrors the bytes of one image and normalises them.
 *
 * The border is black (byte 0) *before* normalisation, which is what padding an image and then
 * normalising it gives.
 *
 * @param source [32, 32, 3] bytes.
 * @param values [3, 256]: the normalised value of each byte in each channel.
 * @param target [32, 32, 3], filled here.
 */
export function cropFlipNormalize(
  source: Uint8Array,
  { top, left, mirrored }: Placement,
  values: Float32Array,
  target: Float32Array,
): void {
  const step = mirrored ? -CHANNELS : CHANNELS;
  let write = 0;
  for (let row = top; row < top + IMAGE_SIDE; row++) {
    const rowInside = row >= 0 && row < IMAGE_SIDE;
    let column = mirrored ? left + IMAGE_SIDE - 1 : left;
    let read = (row * IMAGE_SIDE + column) * CHANNELS;
    for (let count = 0; count < IMAGE_SIDE; count++, write += CHANNELS, read += step) {
      const inside = rowInside && column >= 0 && column < IMAGE_SIDE;
      target[write] = values[inside ? source[read]! : 0]!;
      target[write + 1] = values[256 + (inside ? source[read + 1]! : 0)]!;
      target[write + 2] = values[512 + (inside ? source[read + 2]! : 0)]!;
      column += mirrored ? -1 : 1;
    }
  }
}

/** Normalises one image, unchanged otherwise; arguments as in {@link cropFlipNormalize}. */
export function normalizeImage(source: Uint8Array, values: Float32Array, target: Float32Array): void {
  for (let position = 0; position < IMAGE_BYTES; position += CHANNELS) {
    target[position] = values[source[position]!]!;
    target[position + 1] = values[256 + source[position + 1]!]!;
    target[position + 2] = values[512 + source[position + 2]!]!;
  }
}

/**
 * Sets a square of a normalised image to zero, clipped at the image's edges.
 *
 * The square covers `side` rows from `cutoutRow - floor(side / 2)` on, and columns likewise
 * (DeVries and Taylor 2017, arXiv 1708.04552).
 *
 * @param image [32, 32, 3], changed in place.
 * @param side in pixels.
 */
export function cutOut(image: Float32Array, { cutoutRow, cutoutColumn }: Placement, side: number): void {
  const top = cutoutRow - Math.floor(side / 2);
  const left = cutoutColumn - Math.floor(side / 2);
  const firstColumn = Math.max(0, left);
  const endColumn = Math.min(IMAGE_SIDE, left + side);
  for (let row = Math.max(0, top); row < Math.min(IMAGE_SIDE, top + side); row++) {
    image.fill(0, (row * IMAGE_SIDE + firstColumn) * CHANNELS, (row * IMAGE_SIDE + endColumn) * CHANNELS);
  }
}
