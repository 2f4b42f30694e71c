import { interleavedNorms } from '../../engine/scaling';
import type { ParameterSpec, Vector } from '../../engine/vector';
import { checkPoint } from '../inputChecks';
import { checkSameLayout } from './checks';

/** Elements of a parameter, row by row. */
type Elements = Float32Array | Float64Array;

/**
 * Filter-wise normalisation: every filter d_ij of the direction is scaled to the norm of the same filter of the
 * weights, d_ij |w_ij| / |d_ij|, so that pictures of networks whose filters differ in scale can be compared.
 *
 * A filter holds all weights into one output: the last axis counts the filters of a convolution
 * ([kernel, kernel, channels, filters]) and the units of a linear layer ([inputs, outputs]). Parameters with one
 * axis (biases, batch-norm scales and shifts) become zero, and so do filters that are zero in d or in w.
 *
 * @param direction d
 * @param weights w, of the same layout
 * @returns a new vector, which the caller disposes of.
 * @throws RangeError if either is not finite, or they are of different architectures.
 * @source Li et al. 2018 (arXiv 1712.09913), section 4.
 */
export function filterNormalize<V extends Vector>(direction: V, weights: V): V {
  checkPoint('filterNormalize', weights);
  checkPoint('filterNormalize', direction, 'the direction');
  checkSameLayout(weights, direction);
  const [d, w] = [direction.toArrays(), weights.toArrays()];
  weights.specs.forEach((spec, index) => normalizeParameter(d[index]!, w[index]!, spec));
  return weights.withElements(d);
}

function normalizeParameter(d: Elements, w: Elements, { shape }: ParameterSpec): void {
  if (shape.length === 1) {
    d.fill(0);
    return;
  }
  const filters = shape.at(-1)!;
  const [lengths, wanted] = [interleavedNorms(d, filters), interleavedNorms(w, filters)];
  // A filter of zeros has no direction; 0 keeps it zero where a quotient would make it NaN.
  const scales = lengths.map((length, filter) => (length === 0 ? 0 : wanted[filter]! / length));
  for (let index = 0; index < d.length; index++) {
    d[index] = d[index]! * scales[index % filters]!;
  }
}

/**
 * Takes from each filter of `direction` its part along the same filter of `other`. Two directions that are
 * orthogonal filter by filter stay so when filters are scaled. A filter with a single weight has no
 * orthogonal direction and becomes zero.
 *
 * @returns a new vector, which the caller disposes of.
 */
export function orthogonalizeFilters<V extends Vector>(direction: V, other: V): V {
  const [d, o] = [direction.toArrays(), other.toArrays()];
  direction.specs.forEach(({ shape }, index) => removeAlong(d[index]!, o[index]!, shape.length === 1 ? 1 : shape.at(-1)!));
  return direction.withElements(d);
}

function removeAlong(d: Elements, other: Elements, filters: number): void {
  if (d.length === filters) {
    d.fill(0);
    return;
  }
  const lengths = interleavedNorms(other, filters);
  const products = new Float64Array(filters);
  for (let index = 0; index < d.length; index++) {
    products[index % filters]! += d[index]! * other[index]!;
  }
  const shares = products.map((product, filter) => (lengths[filter] === 0 ? 0 : product / lengths[filter]! ** 2));
  for (let index = 0; index < d.length; index++) {
    d[index] = d[index]! - shares[index % filters]! * other[index]!;
  }
}
