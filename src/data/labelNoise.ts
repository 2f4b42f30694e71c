import { permutation, random } from '../engine/random';
import { imageCount, type Dataset } from './dataset';

/**
 * Replaces exactly round(fraction n) labels, at images drawn without replacement, each by one of the
 * *other* classes drawn uniformly (symmetric noise).
 *
 * With one seed, the images hit at a smaller fraction are also hit at a larger one. The images are
 * shared with the given data set, the labels are new.
 *
 * Other work draws the new label from all classes, its own included; its fraction p then matches
 * p (C - 1) / C here, for C classes.
 *
 * @param options.fraction in [0, 1].
 * @throws RangeError if the fraction is out of range.
 */
export function symmetricLabelNoise(
  dataset: Dataset,
  { fraction, seed }: { readonly fraction: number; readonly seed: number },
): Dataset {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new RangeError(`symmetricLabelNoise: expected a fraction between 0 and 1, got ${fraction}.`);
  }
  const count = imageCount(dataset);
  const classes = dataset.classNames.length;
  const source = random(seed, 'label noise');
  const labels = Uint8Array.from(dataset.labels);
  for (const index of permutation(count, source).subarray(0, Math.round(fraction * count))) {
    // A step of 1 to C - 1 around the circle of classes reaches each other class, and never its own.
    labels[index] = (labels[index]! + 1 + source.integer(classes - 1)) % classes;
  }
  return { ...dataset, labels };
}
