import { random, type Random } from '../engine/random';
import { CHANNELS, IMAGE_BYTES, IMAGE_SIDE } from './dataset';

/** Which random changes training images go through: crop, AutoAugment, flip, and, after normalisation, cutout. */
export interface Augmentation {
  /** Pixels of border around an image before a random 32 x 32 crop; 0 turns cropping off. */
  readonly cropPadding: number;
  /** What the border shows: black, or the image's reflection, in which its outermost pixels are not repeated. Default: 'zero'. */
  readonly cropBorder?: 'zero' | 'reflect';
  /** Whether an image is mirrored left to right with probability 1/2. */
  readonly flip: boolean;
  /** `random`: drawn for each image in each epoch. `alternating`: half of the images, drawn once, are mirrored in every other epoch, the other half in the epochs between. Default: 'random'. */
  readonly flipMode?: 'random' | 'alternating';
  /** Whether an image goes through AutoAugment's policy of CIFAR-10 after the crop and before it is mirrored; default: 'none'. */
  readonly autoAugment?: 'none' | 'cifar10';
  /** Side of the square that is set to zero after normalisation, in pixels; 0 turns it off. */
  readonly cutout: number;
  /** Whether each image has a square of its own, as in the paper, or all images of a batch share the first one's. Default: 'image'. */
  readonly cutoutPer?: 'image' | 'batch';
}

/** The random choices for one image. */
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
export function drawPlacement({ cropPadding, flip, cutout }: Augmentation, rng: Random, [height, width]: readonly number[] = [IMAGE_SIDE, IMAGE_SIDE]): Placement {
  return {
    top: cropPadding > 0 ? rng.integer(2 * cropPadding + 1) - cropPadding : 0,
    left: cropPadding > 0 ? rng.integer(2 * cropPadding + 1) - cropPadding : 0,
    mirrored: flip && rng.integer(2) === 1,
    cutoutRow: cutout > 0 ? rng.integer(height!) : 0,
    cutoutColumn: cutout > 0 ? rng.integer(width!) : 0,
  };
}

/**
 * Which images are mirrored in an epoch with `flipMode: 'alternating'`: a random half of them in the first, the others in the
 * second, and so on, so that two epochs show both versions of each image.
 *
 * @returns 1 for each mirrored image, by its place in the data set.
 * @source Jordan 2024 (arXiv 2404.00498), section 3.6.
 */
export function alternatingFlips(images: number, seed: number, epoch: number): Uint8Array {
  const rng = random(seed, 'flips');
  return Uint8Array.from({ length: images }, () => (rng.integer(2) + epoch) % 2);
}

/** An index beyond an edge, reflected back inside; the edge itself is not repeated. */
function reflected(index: number): number {
  const inside = Math.abs(index);
  return inside < IMAGE_SIDE ? inside : 2 * (IMAGE_SIDE - 1) - inside;
}

/**
 * Crops and mirrors the bytes of one image and normalises them.
 *
 * The border is black (byte 0) *before* normalisation, which is what padding an image and then
 * normalising it gives, or with `border` 'reflect' the image's mirror image.
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
  border: 'zero' | 'reflect' = 'zero',
): void {
  if (border === 'reflect') {
    cropReflected(source, { top, left, mirrored }, values, target);
    return;
  }
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

function cropReflected(source: Uint8Array, { top, left, mirrored }: Pick<Placement, 'top' | 'left' | 'mirrored'>, values: Float32Array, target: Float32Array): void {
  for (let row = 0, write = 0; row < IMAGE_SIDE; row++) {
    const start = reflected(row + top) * IMAGE_SIDE;
    for (let column = 0; column < IMAGE_SIDE; column++, write += CHANNELS) {
      const read = (start + reflected(left + (mirrored ? IMAGE_SIDE - 1 - column : column))) * CHANNELS;
      target[write] = values[source[read]!]!;
      target[write + 1] = values[256 + source[read + 1]!]!;
      target[write + 2] = values[512 + source[read + 2]!]!;
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
