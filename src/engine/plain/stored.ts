import type { Attribute, TypedArray } from '../bindingTypes';

/** Elements that several tensors and variables may share; they never change. */
export interface Elements {
  readonly values: TypedArray;
  /** Tensors and variables that hold them. */
  holders: number;
}

/** A tensor as plain JavaScript holds it. */
export interface Stored {
  readonly shape: readonly number[];
  /** TensorFlow's number of the element type. */
  readonly dtype: number;
  readonly elements: Elements;
}

/** Computes the outputs of an op. */
export type Kernel = (inputs: readonly Stored[], attributes: readonly Attribute[]) => Stored[];

/** Arrays that nobody holds any more, by length. A step needs the same ones as the step before; the garbage collector would take a quarter of its time. */
const spare = new Map<number, Float32Array[]>();
const MOST_SPARE = 64;

/** An array with any elements, to be written over. */
export function room(length: number): Float32Array {
  return spare.get(length)?.pop() ?? new Float32Array(length);
}

/** Counts one more holder. */
export function hold({ elements }: Stored): void {
  elements.holders++;
}

/** Counts one holder less. */
export function letGo({ elements }: Stored): void {
  elements.holders--;
  if (elements.holders === 0 && elements.values instanceof Float32Array) {
    const { values } = elements;
    const list = spare.get(values.length) ?? [];
    spare.set(values.length, list);
    if (list.length < MOST_SPARE) {
      list.push(values);
    }
  }
}

/** float32 in TensorFlow's numbers. */
export const FLOAT32 = 1;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) {
    size *= length;
  }
  return size;
}

/** A float32 tensor, which nobody holds yet. */
export function stored(values: TypedArray, shape: readonly number[]): Stored {
  return { shape, dtype: FLOAT32, elements: { values, holders: 0 } };
}

/** The elements of a tensor. */
export function valuesOf({ elements }: Stored): TypedArray {
  return elements.values;
}

/** A boolean attribute. @throws Error if the op has none of this name. */
export function flag(attributes: readonly Attribute[], name: string): boolean {
  const found = attributes.find((attribute) => attribute.name === name);
  if (found === undefined) {
    throw new Error(`plain kernels: expected an attribute ${name}, got ${attributes.map((attribute) => attribute.name).join(', ')}.`);
  }
  return found.value === true;
}
