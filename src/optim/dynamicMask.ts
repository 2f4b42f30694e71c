import { random, type Random } from '../engine/random';
import { shown } from '../engine/shown';
import { elementCount, flatten, keptElements, largest, randomMask } from './mask';
import { checkMaskSettings, type MaskSource } from './sparse';

/** How SSAM-D draws its masks. */
export interface DynamicMaskSettings {
  /** Share of the elements that stay unperturbed, in [0, 1]. */
  readonly sparsity: number;
  /** Share of the live elements that the first change drops, in [0, 1]. */
  readonly dropRate: number;
  /** Steps between masks. */
  readonly every: number;
  /** Steps after which the dropped share has fallen to 0. */
  readonly totalSteps: number;
  readonly seed: number;
  /** Random numbers for the mask of a step, in place of those from the seed. */
  readonly chance?: (step: number) => Random;
}

/** d(t) = dropRate (1 + cos(pi t / T)) / 2, and 0 from T on. */
export function dropShare(dropRate: number, step: number, totalSteps: number): number {
  return (dropRate * (1 + Math.cos(Math.PI * Math.min(1, step / totalSteps)))) / 2;
}

/**
 * The mask of SSAM-D: (1 - s) N elements at random; at each change the share d(t) of the live elements, those with
 * the smallest gradients, dies, and as many of the others come to life at random, none of those that just died.
 *
 * @throws RangeError if a setting is out of range.
 * @source Mi et al. 2022 (arXiv 2210.05177), section 4.3, algorithm 3.
 */
export function dynamicMask({ sparsity, dropRate, every, totalSteps, seed, chance }: DynamicMaskSettings): MaskSource {
  checkMaskSettings('dynamicMask', { sparsity, every });
  if (!(Number.isFinite(dropRate) && dropRate >= 0 && dropRate <= 1 && Number.isFinite(totalSteps) && totalSteps >= 1)) {
    throw new RangeError(`dynamicMask: expected a drop rate in [0, 1] and 1 or more steps, got ${shown(dropRate)} and ${shown(totalSteps)}; the paper drops 0.5 at first, over all steps of the training.`);
  }
  return {
    name: 'dynamic',
    every,
    draw({ gradient, step }, before) {
      const size = elementCount(gradient);
      const live = keptElements(gradient, sparsity);
      const rng = chance?.(step) ?? random(seed, 'dynamic mask', step);
      if (before === undefined) {
        return randomMask(size, live, rng);
      }
      const mask = Uint8Array.from(flatten(before));
      const changes = Math.min(Math.floor(live * dropShare(dropRate, step, totalSteps)), size - live);
      const [dead, alive] = [indices(mask, 0), indices(mask, 1)];
      const magnitudes = flatten(gradient);
      const survivors = chosen(alive, largest(Float64Array.from(alive, (index) => Math.abs(magnitudes[index]!)), live - changes));
      const grown = chosen(dead, randomMask(dead.length, changes, rng));
      mask.fill(0);
      [survivors, grown].forEach((list) => list.forEach((index) => (mask[index] = 1)));
      return mask;
    },
  };
}

/** Where the mask has this value. */
function indices(mask: Uint8Array, value: 0 | 1): Int32Array {
  const found = new Int32Array(mask.reduce((count, element) => count + (element === value ? 1 : 0), 0));
  let next = 0;
  mask.forEach((element, index) => {
    if (element === value) {
      found[next++] = index;
    }
  });
  return found;
}

/** The members of a list at which `picks` is 1. */
function chosen(list: Int32Array, picks: Uint8Array): Int32Array {
  return list.filter((_, position) => picks[position] === 1);
}
