import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Examples } from './examples';

/** Sums of products of a patch's elements over all patches of all images, divided by their number: not centred. */
function patchCovariance({ values, count, shape }: Examples, kernel: number): Float64Array[] {
  const [height, width, channels] = shape as [number, number, number];
  const length = kernel * kernel * channels;
  const sums = Array.from({ length }, () => new Float64Array(length));
  const patch = new Float64Array(length);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row + kernel <= height; row++) {
      for (let column = 0; column + kernel <= width; column++) {
        for (let tap = 0, write = 0; tap < kernel; tap++) {
          const start = ((image * height + row + tap) * width + column) * channels;
          for (let element = 0; element < kernel * channels; element++) {
            patch[write++] = values[start + element]!;
          }
        }
        for (let i = 0; i < length; i++) {
          const [line, value] = [sums[i]!, patch[i]!];
          for (let j = 0; j <= i; j++) {
            line[j]! += value * patch[j]!;
          }
        }
      }
    }
  }
  const patches = count * (height - kernel + 1) * (width - kernel + 1);
  return sums.map((line, i) => line.map((sum, j) => (j <= i ? sum : sums[j]![i]!) / patches));
}

/**
 * Filters v / sqrt(lambda + epsilon) for the eigenvectors v of the patches' uncentred covariance, the largest eigenvalue
 * lambda first, and then the same with the opposite sign. The first half's outputs on those patches are uncorrelated and
 * have mean square lambda / (lambda + epsilon).
 *
 * The sign of each eigenvector is chosen so that its largest element is positive.
 *
 * @param examples images, [count, height, width, channels].
 * @param shape [kernel, kernel, channels, filters] with filters = 2 kernel^2 channels.
 * @returns in the order of `shape`.
 * @throws RangeError for images or filters of another shape.
 * @source Jordan 2024 (arXiv 2404.00498), section 3.2.
 */
export function whitenedPatches(examples: Examples, shape: readonly number[], epsilon: number): Float32Array {
  const [kernel, kernelWidth, channels, filters] = shape as [number, number, number, number];
  const length = kernel * kernel * channels;
  if (examples.shape.length !== 3 || examples.shape[2] !== channels || Math.min(examples.shape[0]!, examples.shape[1]!) < kernel || kernelWidth !== kernel || filters !== 2 * length) {
    throw new RangeError(
      `whitening: expected images with ${channels} channels and ${2 * length} filters, twice the ${length} elements of a ${kernel} x ${kernelWidth} patch, ` +
        `got inputs of shape [${examples.shape.join(', ')}] and ${filters} filters.`,
    );
  }
  const covariance = patchCovariance(examples, kernel);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(covariance.map((line) => [...line])), { assumeSymmetric: true });
  const descending = realEigenvalues.map((_, index) => index).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const values = new Float32Array(length * filters);
  descending.forEach((column, filter) => {
    const vector = eigenvectorMatrix.getColumn(column);
    const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    const scale = Math.sign(largest) / Math.sqrt(realEigenvalues[column]! + epsilon);
    vector.forEach((element, index) => {
      values[index * filters + filter] = scale * element;
      values[index * filters + filter + length] = -scale * element;
    });
  });
  return values;
}
