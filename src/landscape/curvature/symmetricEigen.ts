import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** One eigenvalue of a small matrix, with its unit eigenvector. */
export interface SmallEigenpair {
  readonly value: number;
  readonly vector: readonly number[];
}

/**
 * All eigenpairs of a small symmetric matrix, the largest eigenvalue first.
 *
 * @throws RangeError for an element that is not finite.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): SmallEigenpair[] {
  const largest = matrix.reduce((most, row) => row.reduce((found, element) => Math.max(found, Math.abs(element)), most), 0);
  if (!Number.isFinite(largest)) {
    throw new RangeError(`symmetricEigen: expected finite elements, got ${largest}; the matrix or the points it comes from overflow.`);
  }
  // The algorithm squares elements. A power of two scales them without rounding.
  const scale = largest > 0 ? 2 ** Math.max(-1000, Math.min(1000, Math.round(Math.log2(largest)))) : 1;
  const scaled = new Matrix(matrix.map((row) => row.map((element) => element / scale)));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(scaled, { assumeSymmetric: true });
  return realEigenvalues.map((value, column) => ({ value: scale * value, vector: eigenvectorMatrix.getColumn(column) })).sort((a, b) => b.value - a.value);
}
