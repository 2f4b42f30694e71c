import { PlainVector } from '../../engine/plainVector';
import { random } from '../../engine/random';
import type { LinearOperator } from '../operator';

/** The rows of a symmetric matrix with these eigenvalues: a diagonal, turned by random Householder reflections. */
export function matrixWithSpectrum(spectrum: readonly number[], seed: number): number[][] {
  const rng = random(seed, 'reflections');
  const matrix = spectrum.map((value, row) => spectrum.map((_, column) => (row === column ? value : 0)));
  for (let reflection = 0; reflection < 3; reflection++) {
    const u = spectrum.map(() => rng.normal());
    const length = Math.hypot(...u);
    u.forEach((element, index) => (u[index] = element / length));
    // (I - 2 u uᵀ) M (I - 2 u uᵀ), first the rows, then the columns.
    for (const row of matrix) {
      const product = row.reduce((sum, element, index) => sum + element * u[index]!, 0);
      row.forEach((element, index) => (row[index] = element - 2 * product * u[index]!));
    }
    spectrum.forEach((_, column) => {
      const product = matrix.reduce((sum, row, index) => sum + row[column]! * u[index]!, 0);
      matrix.forEach((row, index) => (row[column]! -= 2 * product * u[index]!));
    });
  }
  return matrix;
}

/** A matrix as an operator, which counts its products. */
export interface GivenMatrix extends LinearOperator<PlainVector> {
  readonly asked: { products: number };
}

/** The operator of a symmetric matrix that is given in rows. */
export function matrixOperator(matrix: readonly (readonly number[])[]): GivenMatrix {
  const asked = { products: 0 };
  return {
    asked,
    source: { matrix: 'given', parameters: 'all' },
    dimension: matrix.length,
    draw: (element) => PlainVector.of(...matrix.map(element)),
    matvec: (v) => {
      asked.products++;
      const elements = v.elements[0]!;
      return Promise.resolve(PlainVector.of(...matrix.map((row) => row.reduce((sum, entry, index) => sum + entry * elements[index]!, 0))));
    },
  };
}
