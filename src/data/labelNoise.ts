import { permutation, random } from '../engine/random';
import { shown } from '../engine/shown';
import { imageCount, type Dataset } from './dataset';

/**
 * Replaces exactly round(fraction n) labels, at images drawn without replacement, each by one of the
 * *other* classes drawn uniformly (symmetric noise).
 *
 * With one seed, the images hit at a smaller fraction are also hit at a larger one. The images are
 * shared with the given data set, the labels are new.
 *
 * The share p of labels is exactly what changes. Other work draws the new label from all C classes, the label's own included, so
 * that its p changes p (1 - 1 / C) of the labels: its 60 % on CIFAR-10 is a fraction of 0.54 here.
 *
 * @param options.fraction p, in [0, 1].
 * @throws RangeError if the fraction is out of range, or is above 0 for a data set of one class, or of so few images that no label would change.
 */
export function symmetricLabelNoise(
  dataset: Dataset,
  { fraction, seed }: { readonly fraction: number; readonly seed: number },
): Dataset {
  if (!(Number.isFinite(fraction) && fraction >= 0 && fraction <= 1)) {
    throw new RangeError(`symmetricLabelNoise: expected a fraction between 0 and 1, got ${shown(fraction)}.`);
  }
  const count = imageCount(dataset);
  const classes = dataset.classNames.length;
  if (classes < 2 && fraction > 0) {
    throw new RangeError(`symmetricLabelNoise: expected two classes or more, for a label changes to another one, got ${classes} in ${dataset.name}; leave the noise out, or take a data set with more classes.`);
  }
  const changed = Math.round(fraction * count);
  if (fraction > 0 && changed === 0) {
    throw new RangeError(`symmetricLabelNoise: a fraction of ${fraction} changes none of ${count} labels; expected 0, or at least ${0.5 / count}.`);
  }
  const rng = random(seed, 'label noise');
  const labels = Uint8Array.from(dataset.labels);
  for (const index of permutation(count, rng).subarray(0, changed)) {
    // A step of 1 to C - 1 around the circle of classes reaches every other class, and never the label's own.
    labels[index] = (labels[index]! + 1 + rng.integer(classes - 1)) % classes;
  }
  return { ...dataset, labels };
}
