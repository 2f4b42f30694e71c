import { checkPoint } from '../inputChecks';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Vector } from '../../engine/vector';
import { checkSameLayout } from '../surface/checks';
import type { Plane } from '../surface/plane';

/** The plane that holds as much as possible of a path through weight space. */
export interface PrincipalPlane<V extends Vector> {
  /** Unit directions, orthogonal to each other, through the last point. The directions are new; the origin is the last point itself. */
  readonly plane: Plane<V>;
  /** Coordinates of each point's projection, as distances in weight space; the last point is (0, 0), and the first has no negative one. */
  readonly path: readonly (readonly [number, number])[];
  /** Share of the points' variance along each direction, in [0, 1]. */
  readonly explainedVariance: readonly [number, number];
}

/** Below this share of the variance the second direction is rounding. */
const SMALLEST_SHARE = 1e-9;

/**
 * The plane of the first two principal components of weights saved along training, through the last of them.
 *
 * With n points of p numbers, n << p, the components follow from the n x n matrix of inner products of the centred
 * points, G = -1/2 J D J, where D holds squared distances and J = I - 1/n takes means away: for G u = lambda u the
 * component is sum u_i w_i / sqrt(lambda), and lambda its share of the variance. Distances, and not products of the
 * weights themselves, keep the digits that single precision would lose.
 *
 * @param points w_1 to w_n in the order of training, at least 3. They stay the caller's.
 * @throws RangeError if there are fewer than 3 points, if they lie on one line, or if their architectures differ.
 * @source Li et al. 2018 (arXiv 1712.09913), section 7.2; inner products from distances: Torgerson 1952 (classical scaling).
 */
export function principalPlane<V extends Vector>(points: readonly V[]): PrincipalPlane<V> {
  const last = points.at(-1);
  if (last === undefined || points.length < 3) {
    throw new RangeError(`principalPlane: expected the weights of at least 3 moments of training, got ${points.length}.`);
  }
  points.forEach((point, index) => {
    checkPoint('principalPlane', point, `point ${index} of ${points.length}`);
    checkSameLayout(last, point);
  });
  const { variances, coefficients, total } = components(innerProducts(points));
  const [first, second] = variances;
  if (!(second > SMALLEST_SHARE * total)) {
    throw new RangeError(`principalPlane: expected points that span a plane, got variances ${first} and ${second} along the first two components; save weights at more moments.`);
  }
  const scores = coefficients.map((u, axis) => u.map((value) => (value - u.at(-1)!) * Math.sqrt(variances[axis]!))) as [number[], number[]];
  const signs = scores.map((score) => (score[0]! < 0 ? -1 : 1)) as [number, number];
  const direction = (axis: 0 | 1): V => weightedSum(points, coefficients[axis].map((u) => (signs[axis] * u) / Math.sqrt(variances[axis])));
  return {
    plane: { origin: last, x: direction(0), y: direction(1) },
    path: points.map((_, index) => [signs[0] * scores[0][index]! + 0, signs[1] * scores[1][index]! + 0]),
    explainedVariance: [first / total, second / total],
  };
}

/** Inner products of the points about their mean. */
function innerProducts(points: readonly Vector[]): Matrix {
  const squares = Matrix.zeros(points.length, points.length);
  points.forEach((from, row) =>
    points.slice(0, row).forEach((to, column) => {
      const difference = from.plus(to, -1);
      const square = difference.norm() ** 2;
      difference.dispose();
      squares.set(row, column, square);
      squares.set(column, row, square);
    }),
  );
  return squares.center('row').center('column').mul(-0.5);
}

/** The two largest eigenvalues with their eigenvectors, and the sum of all. */
function components(products: Matrix): { readonly variances: readonly [number, number]; readonly coefficients: readonly [number[], number[]]; readonly total: number } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(products, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, index) => index).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const [first, second] = order as [number, number];
  return {
    variances: [realEigenvalues[first]!, realEigenvalues[second]!],
    coefficients: [eigenvectorMatrix.getColumn(first), eigenvectorMatrix.getColumn(second)],
    total: products.trace(),
  };
}

/** The coefficients sum to 0, so the mean need not be subtracted. */
function weightedSum<V extends Vector>(points: readonly V[], coefficients: readonly number[]): V {
  const sum = points[0]!.times(coefficients[0]!);
  points.slice(1).forEach((point, index) => sum.addScaledInPlace(point, coefficients[index + 1]!));
  return sum;
}
