import type { TensorVector } from '../../engine/tensorVector';
import type { LinearOperator } from '../operator';

type Matrix = readonly (readonly number[])[];

/** All columns of a matrix, by products with unit vectors. */
export async function columnsOf(operator: LinearOperator<TensorVector>): Promise<number[][]> {
  const columns: number[][] = [];
  for (let column = 0; column < operator.dimension; column++) {
    let index = 0;
    const unit = operator.draw(() => (index++ === column ? 1 : 0));
    const product = await operator.matvec(unit);
    columns.push(product.toArrays().flatMap((array) => [...array]));
    [unit, product].forEach((vector) => vector.dispose());
  }
  return columns;
}

function frobenius(matrix: Matrix): number {
  return Math.hypot(...matrix.flat());
}

/** Frobenius norm of the difference, in units of the expected matrix's. */
export function relativeError(found: Matrix, expected: Matrix): number {
  return frobenius(expected.map((row, at) => row.map((entry, column) => found[at]![column]! - entry))) / frobenius(expected);
}
