import { random } from '../engine/random';
import { IMAGE_BYTES, imageRoom, type Dataset, type DatasetPair } from './dataset';
import { drawSyntheticImage } from './syntheticImage';
import { SHAPES, TEXTURES } from './syntheticShapes';

/** Images of each class in the default sets. */
const SIZES = {
  10: { trainPerClass: 500, testPerClass: 100 },
  100: { trainPerClass: 100, testPerClass: 20 },
} as const;

/** Draws the default sets; their channel statistics are constants that belong to this seed. */
const DEFAULT_SEED = 0;

/**
 * Draws the embedded data set that stands in where CIFAR cannot be downloaded: 32 x 32 colour pictures of
 * ten shapes in any of ten textures ('synthetic-10'), or of every pair of shape and texture ('synthetic-100').
 *
 * A picture depends on seed, part, class and number alone, so a smaller set is contained in a larger one.
 *
 * @param options.trainPerClass training pictures per class: 500 of 10 classes, 100 of 100 classes.
 * @param options.testPerClass test pictures per class: 100 of 10 classes, 20 of 100 classes.
 */
export function syntheticDataset(
  classes: 10 | 100,
  options: { readonly trainPerClass?: number; readonly testPerClass?: number; readonly seed?: number } = {},
): DatasetPair {
  const { trainPerClass, testPerClass, seed } = { ...SIZES[classes], seed: DEFAULT_SEED, ...options };
  return {
    train: drawPart(classes, 'train', trainPerClass, seed),
    test: drawPart(classes, 'test', testPerClass, seed),
  };
}

function drawPart(classes: 10 | 100, part: string, perClass: number, seed: number): Dataset {
  const shapes = Object.keys(SHAPES);
  const textures = Object.keys(TEXTURES);
  const count = classes * perClass;
  const images = imageRoom(count);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % classes);
  const noise = normalNumbers(seed);
  labels.forEach((label, index) => {
    const rng = random(seed, 'synthetic', classes, part, label, Math.floor(index / classes));
    drawSyntheticImage(
      label % shapes.length,
      classes === 10 ? rng.integer(textures.length) : Math.floor(label / shapes.length),
      rng,
      noise,
      new Uint8ClampedArray(images.buffer, index * IMAGE_BYTES, IMAGE_BYTES),
    );
  });
  return {
    name: `synthetic-${classes}`,
    synthetic: true,
    classNames: classes === 10 ? shapes : textures.flatMap((texture) => shapes.map((shape) => `${texture} ${shape}`)),
    images,
    labels,
  };
}

/** A store of normal numbers. Pictures read from random places in it, which is faster than drawing 3072 for each. */
function normalNumbers(seed: number): Float32Array {
  const rng = random(seed, 'synthetic', 'noise');
  return Float32Array.from({ length: 99_991 }, () => rng.normal());
}
