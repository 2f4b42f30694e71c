import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** One eigenvalue of a small matrix, with its unit eigenvector. */
export interface SmallEigenpair {
  readonly value: number;
  readonly vector: readonly number[];
}

/** All eigenpairs of a small symmetric matrix, the largest eigenvalue first. */
export function symmetricEigen(matrix: readonly (readonly number[])[]): SmallEigenpair[] {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(matrix.map((row) => [...row])), { assumeSymmetric: true });
  return realEigenvalues.map((value, column) => ({ value, vector: eigenvectorMatrix.getColumn(column) })).sort((a, b) => b.value - a.value);
}
