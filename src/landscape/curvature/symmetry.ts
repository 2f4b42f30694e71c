import { random } from '../../engine/random';
import type { Vector } from '../../engine/vector';
import type { LinearOperator } from '../operator';
import { withTemporaryVectors } from '../temporaries';

/**
 * Up to this asymmetry a matrix counts as symmetric. float32 rounds each sum in a product through a deep network to 1e-7, and the
 * whole product to between 1e-7 and 1e-5; differences across kinks of ReLUs are off by a tenth and more.
 */
const ROUNDING = 1e-4;

/** How far a matrix is from being symmetric. */
export interface Symmetry {
  /** |u·A v - v·A u| / |A v| for a random v and u = A v / |A v|; 0 for a symmetric matrix, of the order of |A - Aᵀ|² / |A|² or more for others. */
  readonly asymmetry: number;
  /** Whether the asymmetry is rounding. Only then is there an eigenvalue within the residual of each Ritz value. */
  readonly symmetric: boolean;
}

const found = new WeakMap<object, Symmetry>();

/**
 * Checks u·A v = v·A u with two products, once for each operator.
 *
 * u lies along A v: for two random vectors both sides would be near 0, whatever the matrix. For a random v of n standard
 * normal numbers the difference is (A v)·(A v) - v·A A v, whose mean is |A - Aᵀ|² / 2 in the Frobenius norm.
 */
export async function symmetryOf<V extends Vector>(operator: LinearOperator<V>): Promise<Symmetry> {
  const known = found.get(operator) ?? (await measureSymmetry(operator));
  found.set(operator, known);
  return known;
}

async function measureSymmetry<V extends Vector>(operator: LinearOperator<V>): Promise<Symmetry> {
  const rng = random(0, 'symmetry');
  return withTemporaryVectors(async (own) => {
    const v = own(operator.draw(() => rng.normal()));
    const image = own(await operator.matvec(v));
    const length = image.norm();
    if (length === 0) {
      return { asymmetry: 0, symmetric: true };
    }
    const u = own(image.times(1 / length));
    const asymmetry = Math.abs(length - v.dot(own(await operator.matvec(u)))) / length;
    return { asymmetry, symmetric: asymmetry <= ROUNDING };
  });
}
