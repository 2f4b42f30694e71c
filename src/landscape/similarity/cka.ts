/** Inner products of centred activations, [images, images], row by row. */
type Gram = ArrayLike<number>;

/**
 * Linear centred kernel alignment of two layers, from the inner products of their activations over the same images:
 *
 * CKA = <K, L> / (|K| |L|) with K = X_c X_c^T and L = Y_c Y_c^T, which is |Y_c^T X_c|² / (|X_c^T X_c| |Y_c^T Y_c|).
 *
 * 1 for layers that are the same up to a rotation and a scale, near 0 for unrelated ones. With few images and many
 * features it is biased towards 1: compare values of equal numbers of images only.
 *
 * @param k K, [n, n]
 * @param l L, [n, n]
 * @returns a number in [0, 1]; 0 if either layer is constant over the images.
 * @throws RangeError if the sizes differ.
 * @source Kornblith et al. 2019 (arXiv 1905.00414), section 3 and eq. 4.
 */
export function linearCka(k: Gram, l: Gram): number {
  if (k.length !== l.length) {
    throw new RangeError(`linearCka: expected activations over the same images, got ${Math.sqrt(k.length)} and ${Math.sqrt(l.length)} images.`);
  }
  const [kk, ll] = [product(k, k), product(l, l)];
  if (!Number.isFinite(kk) || !Number.isFinite(ll)) {
    throw new RangeError(`linearCka: expected finite activations, got squared norms ${kk} and ${ll}; the weights or the images hold NaN.`);
  }
  const norms = Math.sqrt(kk) * Math.sqrt(ll);
  return norms === 0 ? 0 : product(k, l) / norms;
}

/** Sum of products in double precision. */
function product(k: Gram, l: Gram): number {
  let sum = 0;
  for (let index = 0; index < k.length; index++) {
    sum += k[index]! * l[index]!;
  }
  return sum;
}
