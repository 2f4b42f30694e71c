/** Number of elements of an array of this shape; 1 for a scalar's, []. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Number of elements of several arrays together. */
export function totalSize(specs: readonly { readonly shape: readonly number[] }[]): number {
  return specs.reduce((total, { shape }) => total + sizeOf(shape), 0);
}
