import { scaleTo } from '../../engine/scaling';
import type { Vector } from '../../engine/vector';
import type { LinearOperator } from '../operator';
import { symmetricEigen, type SmallEigenpair } from './symmetricEigen';

/** Attempts to separate a direction from the span of the basis; after more, only rounding is left. */
const ATTEMPTS = 3;

/** Random directions tried where the space is to grow further. One lies in a proper subspace with probability 0, so a few in a row mean that the basis spans everything. */
const FRESH_DRAWS = 5;

/** Below this share of the largest |A q|, a part outside of the space is rounding of double precision. */
const ROUNDING = 1e-14;

/** A · (one basis vector) minus its part in the span of the basis: where the Krylov space grows next. */
interface Remainder<V extends Vector> {
  /** Of the basis vector; none for a start vector. */
  readonly column?: number;
  readonly vector: V;
  readonly norm: number;
}

/**
 * Takes out of v what lies in the span of orthonormal vectors, in two passes: twice is enough (Parlett 1980, section 6.9).
 *
 * @returns the coefficients that were taken out.
 */
export function orthogonalizeInPlace<V extends Vector>(v: V, basis: readonly V[]): number[] {
  const taken = basis.map(() => 0);
  for (let pass = 0; pass < 2; pass++) {
    basis.forEach((q, index) => {
      const coefficient = q.dot(v);
      v.addScaledInPlace(q, -coefficient);
      taken[index]! += coefficient;
    });
  }
  return taken;
}

/**
 * The unit vector along the part of v outside the span of orthonormal vectors; none if v lies in it. Disposes of v.
 *
 * A remainder that is small beside v is mostly rounding, and not orthogonal: it is stretched to length 1 and cleaned again.
 */
export function unitOutside<V extends Vector>(v: V, basis: readonly V[]): V | undefined {
  let direction = v;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const norm = direction.norm();
    if (!(norm > 0 && norm < Infinity)) {
      break;
    }
    const stretched = scaleTo(direction, norm, 1);
    direction.dispose();
    direction = stretched;
    orthogonalizeInPlace(direction, basis);
    const left = direction.norm();
    if (left > 0.5) {
      const unit = direction.times(1 / left);
      direction.dispose();
      return unit;
    }
  }
  direction.dispose();
  return undefined;
}

/**
 * An orthonormal basis of a Krylov space of a symmetric matrix A, grown one product at a time, and A projected on it.
 *
 * Lanczos with full reorthogonalisation. It starts from one vector or from several: a space grown from b vectors finds
 * up to b copies of an eigenvalue. When nothing leads out of the space, it continues from a fresh random direction.
 * All basis vectors are kept: memory for as many vectors as products.
 *
 * @source Golub and Van Loan 2013 (Matrix Computations, 4th edition), sections 10.1 and 10.3.6.
 */
export class KrylovSpace<V extends Vector> {
  private readonly basis: V[] = [];
  /** Qᵀ A Q */
  private readonly projected: number[][] = [];
  private remainders: Remainder<V>[];
  /** max |A q| over the basis: an estimate of the size of A. */
  private largestImage = 0;
  /** Where the basis last continued from a fresh direction. */
  private chainStart = 0;

  /**
   * @param starts taken over.
   * @param normal draws standard normal numbers, for fresh directions: vectors of signs can all lie in a small space where there are few rows.
   */
  constructor(
    private readonly operator: LinearOperator<V>,
    starts: readonly V[],
    private readonly normal: () => number,
  ) {
    this.remainders = starts.map((vector) => ({ vector, norm: vector.norm() }));
  }

  /** Number of basis vectors, and of products with A so far. */
  get size(): number {
    return this.basis.length;
  }

  /**
   * Grows the basis by one vector, for one product.
   *
   * @returns false, without a product, where the basis spans all that the matrix acts on.
   * @throws Error for a product that is not finite.
   */
  async grow(): Promise<boolean> {
    const q = this.nextDirection();
    if (q === undefined) {
      return false;
    }
    this.basis.push(q);
    const image = await this.operator.matvec(q);
    this.largestImage = Math.max(this.largestImage, image.norm());
    const coefficients = orthogonalizeInPlace(image, this.basis);
    const norm = image.norm();
    this.remainders.push({ column: this.size - 1, vector: image, norm });
    if (!Number.isFinite(norm)) {
      throw new Error(`KrylovSpace: product ${this.size} with the matrix is not finite; the loss or its gradient overflows near this point.`);
    }
    this.projected.forEach((row, index) => row.push(coefficients[index]!));
    this.projected.push(coefficients);
    return true;
  }

  private nextDirection(): V | undefined {
    if (this.size >= this.operator.dimension) {
      return undefined;
    }
    for (let next = this.remainders.shift(); next !== undefined; next = this.remainders.shift()) {
      const unit = unitOutside(next.vector, this.basis);
      if (unit !== undefined) {
        return unit;
      }
    }
    for (let draw = 0; draw < FRESH_DRAWS; draw++) {
      const unit = unitOutside(this.operator.draw(this.normal), this.basis);
      if (unit !== undefined) {
        this.chainStart = this.size;
        return unit;
      }
    }
    return undefined;
  }

  /** Whether A maps the space into itself, but for rounding: then its Ritz values are eigenvalues. */
  isClosed(): boolean {
    return this.size > 0 && this.isInvariant(ROUNDING * this.size * this.largestImage);
  }

  /** Whether A leads out of the space by no more than `limit`: then no Ritz pair has a larger residual. */
  isInvariant(limit: number): boolean {
    return this.remainders.reduce((sum, { norm }) => sum + norm, 0) <= limit;
  }

  /**
   * Drops the small remainders of an invariant space, so that the basis continues from a fresh direction outside of it. Such a
   * direction has a part in each remaining eigenvector, so its own chain meets all remaining values.
   */
  restart(): void {
    this.remainders.forEach(({ vector }) => vector.dispose());
    this.remainders = [];
  }

  /** Ritz values of the basis since the last fresh direction, the largest first. */
  lastChain(): number[] {
    return symmetricEigen(this.projected.slice(this.chainStart).map((row) => row.slice(this.chainStart))).map(({ value }) => value);
  }

  /** Eigenpairs of A projected on the basis (Ritz pairs), the largest first. Their vectors are coefficients in the basis. */
  ritzPairs(): SmallEigenpair[] {
    return symmetricEigen(this.projected);
  }

  /** |A y - theta y| of a Ritz pair, from the part of A Q outside of the basis: sum over remainders of |coefficient| |remainder|, an upper bound. */
  residualBound({ vector }: SmallEigenpair): number {
    return this.remainders.reduce((sum, { column, norm }) => sum + (column === undefined ? 0 : Math.abs(vector[column]!) * norm), 0);
  }

  /** The vector with these coefficients in the basis. The caller disposes of it. */
  combine(coefficients: readonly number[]): V {
    const sum = this.basis[0]!.times(coefficients[0]!);
    this.basis.slice(1).forEach((q, index) => sum.addScaledInPlace(q, coefficients[index + 1]!));
    return sum;
  }

  dispose(): void {
    [...this.basis, ...this.remainders.map(({ vector }) => vector)].forEach((vector) => vector.dispose());
  }
}
