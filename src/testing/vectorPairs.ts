import fc from 'fast-check';
import { sizeOf, totalSize } from '../engine/shape';
import type { ParameterSpec } from '../engine/vector';
import type { Tolerance } from './expectAllClose';

const eighths = (most: number): fc.Arbitrary<number> => fc.integer({ min: -most, max: most }).map((count) => count / 8);

/** The elements of a vector, multiples of 1/8 up to 10, which single precision holds and adds exactly. */
export function elementsFor(specs: readonly ParameterSpec[]): fc.Arbitrary<number[]> {
  return fc.array(eighths(80), { minLength: totalSize(specs), maxLength: totalSize(specs) });
}

/** Factors that single precision holds exactly. */
export const scales = eighths(24);

/** The elements parameter by parameter. */
export function byParameter(specs: readonly ParameterSpec[], elements: readonly number[]): number[][] {
  let read = 0;
  return specs.map(({ shape }) => elements.slice(read, (read += sizeOf(shape))));
}

/** Single precision rounds each element to 2^-24 of its size; a few roundings, and powers that amplify them, stay below 1e-5. */
export const SINGLE_PRECISION: Tolerance = { absolute: 1e-5, relative: 1e-5 };
