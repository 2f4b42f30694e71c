import { permutation, random } from '../engine/random';
import { imageCount, select, type Dataset } from './dataset';

/**
 * Draws the same number of images from every class, without replacement.
 *
 * With one seed, the subset of k images per class is contained in that of k + 1. Images keep the
 * order of the full set.
 *
 * @param options.imagesPerClass at least 1.
 * @throws RangeError if `imagesPerClass` is not a positive integer, or a class has fewer images.
 */
export function balancedSubset(
  dataset: Dataset,
  { imagesPerClass, seed }: { readonly imagesPerClass: number; readonly seed: number },
): Dataset {
  if (!Number.isSafeInteger(imagesPerClass) || imagesPerClass < 1) {
    throw new RangeError(`balancedSubset: expected imagesPerClass of at least 1, got ${imagesPerClass}.`);
  }
  const taken = drawPerClass(dataset, imagesPerClass, seed, 'subset', 'balancedSubset');
  return select(dataset, indicesWhere(taken, 1));
}

/**
 * Splits a training set in two disjoint parts, of which one is held out from training; it has the
 * same number of images of every class. Choices between settings are made on it, never on the test set.
 *
 * @param options.perClass images of each class to hold out; 0 leaves the held-out part empty.
 * @throws RangeError if `perClass` is negative or no integer, or a class has fewer images.
 */
export function splitHeldOut(
  dataset: Dataset,
  { perClass, seed }: { readonly perClass: number; readonly seed: number },
): { readonly kept: Dataset; readonly heldOut: Dataset } {
  if (!Number.isSafeInteger(perClass) || perClass < 0) {
    throw new RangeError(`splitHeldOut: expected perClass of 0 or more, got ${perClass}.`);
  }
  const taken = drawPerClass(dataset, perClass, seed, 'held out', 'splitHeldOut');
  return { kept: select(dataset, indicesWhere(taken, 0)), heldOut: select(dataset, indicesWhere(taken, 1)) };
}

/** Marks `perClass` images of every class with 1, the others with 0. */
function drawPerClass(dataset: Dataset, perClass: number, seed: number, stream: string, caller: string): Uint8Array {
  const taken = new Uint8Array(imageCount(dataset));
  dataset.classNames.forEach((className, label) => {
    const members = indicesWhere(dataset.labels, label);
    if (members.length < perClass) {
      throw new RangeError(
        `${caller}: expected at least ${perClass} images of class ${className} in ${dataset.name}, ` +
          `found ${members.length}; ask for fewer images per class.`,
      );
    }
    const order = permutation(members.length, random(seed, stream, label));
    for (const position of order.subarray(0, perClass)) taken[members[position]!] = 1;
  });
  return taken;
}

function indicesWhere(values: Uint8Array, wanted: number): Int32Array {
  const indices: number[] = [];
  values.forEach((value, index) => {
    if (value === wanted) indices.push(index);
  });
  return Int32Array.from(indices);
}
