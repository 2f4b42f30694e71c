import { momentsOf } from '../../engine/moments';
import { imageCount, select, type Dataset } from '../../data/dataset';
import type { Vector } from '../../engine/vector';
import { longWork, type LongWork } from '../../progress/longWork';
import type { Stoppable } from '../../progress/work';
import type { LossFunction } from '../operator';
import type { Sharpness } from './worstCase';

/** A mean over groups of m images, as plain data. */
export interface MSharpness<S extends Sharpness = Sharpness> {
  readonly measure: 'm-sharpness';
  /** Mean over the groups. */
  readonly sharpness: number;
  /** Of the mean over the groups; 0 with one group, where it cannot be estimated. */
  readonly standardError: number;
  /** m: images in each group. */
  readonly m: number;
  readonly images: number;
  readonly radius: number;
  readonly gradientEvaluations: number;
  readonly groups: readonly S[];
}

/**
 * Splits a data set into groups of m images, in its own order.
 *
 * @throws RangeError unless m is a positive integer that divides the number of images.
 */
export function splitIntoGroups(dataset: Dataset, m: number): Dataset[] {
  const images = imageCount(dataset);
  if (!(Number.isSafeInteger(m) && m >= 1 && images % m === 0)) {
    throw new RangeError(`splitIntoGroups: expected an m that divides the ${images} images, got ${m}.`);
  }
  return Array.from({ length: images / m }, (_, group) => select(dataset, Int32Array.from({ length: m }, (_image, index) => group * m + index)));
}

/**
 * m-sharpness: the mean over groups of m images of each group's own sharpness, with an eps of its own,
 *
 * (m/n) sum over groups of max over |eps| <= rho of L_group(w + eps) - L_group(w).
 *
 * With one group of all images it is the measure itself.
 *
 * @param groups losses on equally many images each, such as `networkLoss`s on the parts that `splitIntoGroups` gives.
 * @param measure the sharpness of one group's loss, such as `(group) => worstCaseSharpness(group, w, { rho, seed })`.
 * @throws RangeError without groups, or for groups of unequal size; StoppedError when it is stopped, with the groups so far.
 * @source Foret et al. 2021 (arXiv 2010.01412), section 4.1.
 */
export function mSharpness<V extends Vector, S extends Sharpness>(
  groups: readonly LossFunction<V>[],
  measure: (group: LossFunction<V>) => Promise<S>,
  options: Stoppable = {},
): Promise<MSharpness<S>> {
  return longWork('mSharpness', options, (work) => meanOverGroups(work, groups, measure));
}

async function meanOverGroups<V extends Vector, S extends Sharpness>(
  work: LongWork,
  groups: readonly LossFunction<V>[],
  measure: (group: LossFunction<V>) => Promise<S>,
): Promise<MSharpness<S>> {
  const [m] = groups.map(({ source }) => source.images);
  if (m === undefined || groups.some(({ source }) => source.images !== m)) {
    throw new RangeError(`mSharpness: expected groups of equally many images, got [${groups.map(({ source }) => source.images).join(', ')}].`);
  }
  const found: S[] = [];
  work.report({ done: 0, of: groups.length, unit: 'groups' });
  for (const group of groups) {
    found.push(await measure(group));
    await work.advance({ done: found.length, of: groups.length, unit: 'groups' }, () => ({ groups: found }));
  }
  const { mean: sharpness, standardError } = momentsOf(found.map((part) => part.sharpness));
  return {
    measure: 'm-sharpness',
    sharpness,
    standardError: found.length === 1 ? 0 : standardError,
    m,
    images: m * found.length,
    radius: found[0]!.radius,
    gradientEvaluations: found.reduce((sum, part) => sum + part.gradientEvaluations, 0),
    groups: found,
  };
}
