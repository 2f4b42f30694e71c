import type { Batch } from '../data/batches';
import { CHANNELS, IMAGE_SIDE } from '../data/dataset';
import { random } from '../engine/random';
import type { Examples } from '../models/examples';

const CLASSES = 10;
const SHAPE = [IMAGE_SIDE, IMAGE_SIDE, CHANNELS];
/** Enough images: more give the same whitening layer of noise. */
const MOST_EXAMPLES = 64;

function noise(size: number): Float32Array {
  const draw = random(0, 'bench images');
  return new Float32Array(size * IMAGE_SIDE * IMAGE_SIDE * CHANNELS).map(() => draw.normal());
}

/** A batch of noise with the moments of normalised images: the time of a step does not depend on the pixels. */
export function noiseBatch(size: number): Batch {
  return { images: noise(size), labels: Int32Array.from({ length: size }, (_, row) => row % CLASSES), size };
}

/** Noise for layers that start from training images. */
export function noiseImages(count: number): Examples {
  const used = Math.min(count, MOST_EXAMPLES);
  return { values: noise(used), count: used, shape: SHAPE };
}
