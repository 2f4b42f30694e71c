import type { Batch } from '../data/batches';
import { CHANNELS, IMAGE_SIDE } from '../data/dataset';
import { random } from '../engine/random';

const CLASSES = 10;

/** A batch of noise with the moments of normalised images: the time of a step does not depend on the pixels. */
export function noiseBatch(size: number): Batch {
  const draw = random(0, 'bench images');
  const images = new Float32Array(size * IMAGE_SIDE * IMAGE_SIDE * CHANNELS).map(() => draw.normal());
  return { images, labels: Int32Array.from({ length: size }, (_, row) => row % CLASSES), size };
}
