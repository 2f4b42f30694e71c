import { permutation, type Random } from '../engine/random';
import type { Vector } from '../engine/vector';
import { sizeOf, totalSize } from '../engine/shape';

type Elements = Float32Array | Float64Array;

/** Number of elements of a vector. */
export function elementCount({ specs }: Vector): number {
  return totalSize(specs);
}

/** How many elements a mask of this sparsity keeps: (1 - sparsity) N, rounded. */
export function keptElements(vector: Vector, sparsity: number): number {
  return Math.round((1 - sparsity) * elementCount(vector));
}

/** All elements in one array, in the order of the specs. */
export function flatten(vector: Vector): Elements {
  const arrays = vector.toArrays();
  const flat = arrays[0] instanceof Float64Array ? new Float64Array(elementCount(vector)) : new Float32Array(elementCount(vector));
  arrays.reduce((offset, array) => {
    flat.set(array, offset);
    return offset + array.length;
  }, 0);
  return flat;
}

/** A vector of the layout of `like`, from all its elements in one array. */
export function unflatten<V extends Vector>(like: V, flat: Uint8Array): V {
  let offset = 0;
  return like.withElements(
    like.specs.map(({ shape }) => {
      const size = sizeOf(shape);
      return flat.subarray(offset, (offset += size));
    }),
  );
}

/**
 * 1 at the `count` largest scores and 0 elsewhere; of equal scores the earlier ones win, so that the count is exact.
 *
 * @throws RangeError if there are fewer scores, or one of them is NaN.
 */
export function largest(scores: Elements, count: number): Uint8Array {
  if (count > scores.length || scores.some(Number.isNaN)) {
    throw new RangeError(`largest: expected ${count} or more scores, none of them NaN, got ${scores.length}.`);
  }
  const mask = new Uint8Array(scores.length);
  if (count === 0) {
    return mask;
  }
  const threshold = scores.slice().sort()[scores.length - count]!;
  let left = count;
  scores.forEach((score, index) => {
    if (score > threshold) {
      mask[index] = 1;
      left--;
    }
  });
  scores.forEach((score, index) => {
    if (score === threshold && left > 0) {
      mask[index] = 1;
      left--;
    }
  });
  return mask;
}

/** 1 at `count` of `length` places, drawn at random, and 0 elsewhere. */
export function randomMask(length: number, count: number, rng: Random): Uint8Array {
  const mask = new Uint8Array(length);
  permutation(length, rng)
    .subarray(0, count)
    .forEach((index) => (mask[index] = 1));
  return mask;
}

/** Share of the ones of `mask` that are ones of `other` too; 1 for a mask of zeros. */
export function overlap<V extends Vector>(mask: V, other: V): number {
  const ones = mask.dot(mask);
  return ones === 0 ? 1 : mask.dot(other) / ones;
}
