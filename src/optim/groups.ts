import type { BatchPart } from './step';

/**
 * Splits a batch in groups of m images, each of which gets a perturbation of its own (m-sharpness).
 *
 * @param images in the batch
 * @param groupSize m; undefined makes the whole batch one group
 * @throws RangeError unless m is a positive integer that divides the number of images.
 * @source Foret et al. 2021 (arXiv 2010.01412), section 4.1 and figure 3.
 */
export function groupsOf(images: number, groupSize: number | undefined): readonly (BatchPart | undefined)[] {
  if (groupSize === undefined || groupSize === images) {
    return [undefined];
  }
  if (!(Number.isSafeInteger(groupSize) && groupSize >= 1 && images % groupSize === 0)) {
    throw new RangeError(`groupsOf: expected groups of m images that divide a batch of ${images}, got m = ${groupSize}; choose ${divisors(images).join(', ')}.`);
  }
  return Array.from({ length: images / groupSize }, (_, group) => ({ start: group * groupSize, end: (group + 1) * groupSize }));
}

function divisors(images: number): number[] {
  return Array.from({ length: images }, (_, index) => index + 1).filter((candidate) => images % candidate === 0);
}
