import { checkPoint } from '../inputChecks';
import { random } from '../../engine/random';
import { scaleTo } from '../../engine/scaling';
import type { Vector } from '../../engine/vector';
import { sizeOf } from '../../engine/shape';
import { resolveBlock, type ParameterBlock } from '../parameterBlock';
import { checkSameLayout } from './checks';
import { filterNormalize, orthogonalizeFilters } from './filterNormalize';
import type { Line, Plane } from './plane';

/** How a random direction is drawn. */
export interface RandomDirectionOptions {
  readonly seed: number;
  /** The parameters that move; all others stay. Default: all. */
  readonly block?: ParameterBlock;
}

/**
 * Draws a direction with independent standard normal elements, each parameter from a stream of its own: networks of one
 * architecture share their directions.
 *
 * @param stream which of several directions with one seed, such as "x".
 * @throws RangeError for a name in the block that no parameter and no layer has.
 */
function randomDirection<V extends Vector>(caller: string, like: V, { seed, block }: RandomDirectionOptions, stream: string): V {
  const { keep } = resolveBlock(caller, like.specs, block);
  const arrays = like.specs.map((spec) => {
    const { name, shape } = spec;
    const array = new Float32Array(sizeOf(shape));
    const rng = random(seed, 'direction', stream, name);
    return keep(spec) ? array.map(() => rng.normal()) : array;
  });
  return like.withElements(arrays);
}

/** A line through w along one random filter-normalised direction. The line's direction is new; its origin is `weights` itself. */
export function randomLine<V extends Vector>(weights: V, options: RandomDirectionOptions): Line<V> {
  checkPoint('randomLine', weights);
  const drawn = randomDirection('randomLine', weights, options, 'x');
  try {
    return { origin: weights, x: filterNormalize(drawn, weights) };
  } finally {
    drawn.dispose();
  }
}

/**
 * The plane through w along two random filter-normalised directions. Both are new, and the caller disposes of them
 * with `disposeDirections`; the origin is `weights` itself.
 *
 * @param options.orthogonal makes the second direction orthogonal to the first, filter by filter, before both are
 * normalised. In high dimension two random directions are nearly orthogonal anyway.
 * @source Li et al. 2018 (arXiv 1712.09913), section 4.
 */
export function randomPlane<V extends Vector>(weights: V, options: RandomDirectionOptions & { readonly orthogonal: boolean }): Plane<V> {
  checkPoint('randomPlane', weights);
  const [x, drawn] = [randomDirection('randomPlane', weights, options, 'x'), randomDirection('randomPlane', weights, options, 'y')];
  const y = options.orthogonal ? orthogonalizeFilters(drawn, x) : drawn.clone();
  try {
    return { origin: weights, x: filterNormalize(x, weights), y: filterNormalize(y, weights) };
  } finally {
    [x, drawn, y].forEach((vector) => vector.dispose());
  }
}

/** A plane, and where the three points that span it lie on it. */
export interface PlaneOfMinima<V extends Vector> {
  readonly plane: Plane<V>;
  /** Coordinates of the three points, in the order they were given, as distances in weight space. */
  readonly places: readonly [readonly [number, number], readonly [number, number], readonly [number, number]];
}

/**
 * The plane through three minima a, b, c, with unit directions x along b - a and y along the part of c - a that is
 * orthogonal to it, so that distances on the plane are distances in weight space. The directions are new; the origin
 * is `a` itself.
 *
 * @throws RangeError if the three points lie on one line, or belong to different architectures.
 * @source Garipov et al. 2018 (arXiv 1802.10026), appendix A.1.
 */
export function planeOfMinima<V extends Vector>(a: V, b: V, c: V): PlaneOfMinima<V> {
  [a, b, c].forEach((point, index) => checkPoint('planeOfMinima', point, `minimum ${'abc'[index]}`));
  const along = differenceOf(b, a);
  const rest = differenceOf(c, a);
  try {
    const width = along.norm();
    const across = along.dot(rest) / width;
    const length = rest.norm();
    rest.addScaledInPlace(along, -across / width);
    const height = rest.norm();
    // Of a parallel vector, rounding in single precision leaves up to 1e-5 of its length.
    if (!(width > 0 && height > 1e-5 * length)) {
      throw new RangeError(`planeOfMinima: expected three points that are not on one line, got distances ${width} and ${height} across it; choose another minimum.`);
    }
    return { plane: { origin: a, x: scaleTo(along, width, 1), y: scaleTo(rest, height, 1) }, places: [[0, 0], [width, 0], [across, height]] };
  } finally {
    along.dispose();
    rest.dispose();
  }
}

/** The line from one minimum to another: coordinate 0 is `from`, 1 is `to`. Its direction is new; its origin is `from` itself. @throws RangeError if both are the same point or belong to different architectures. */
export function lineBetween<V extends Vector>(from: V, to: V): Line<V> {
  checkPoint('lineBetween', from, 'the first point');
  checkPoint('lineBetween', to, 'the second point');
  const x = differenceOf(to, from);
  if (x.norm() === 0) {
    x.dispose();
    throw new RangeError('lineBetween: expected two different points, got the same one twice.');
  }
  return { origin: from, x };
}

/** to - from. */
function differenceOf<V extends Vector>(to: V, from: V): V {
  checkSameLayout(from, to);
  return to.plus(from, -1);
}
