import type { Vector } from '../../engine/vector';
import { checkDirection } from './checks';

/** The points origin + a x of weight space. */
export interface Line<V extends Vector> {
  readonly origin: V;
  readonly x: V;
}

/** The points origin + a x + b y of weight space. */
export interface Plane<V extends Vector> extends Line<V> {
  readonly y: V;
}

/** Directions with a larger cosine span no plane that could be drawn. */
const LARGEST_COSINE = 0.999;

/**
 * Puts a plane together, for instance from the two top eigenvectors of a Hessian. The vectors stay the caller's.
 *
 * @throws RangeError if a direction is zero or not finite, if both are parallel, or if they belong to another architecture than the origin.
 */
export function planeOf<V extends Vector>(origin: V, x: V, y: V): Plane<V> {
  checkDirection(origin, x);
  checkDirection(origin, y);
  const cosine = x.dot(y) / (x.norm() * y.norm());
  if (Math.abs(cosine) > LARGEST_COSINE) {
    throw new RangeError(`planeOf: expected two directions that are not parallel, got a cosine of ${cosine}; choose another second direction.`);
  }
  return { origin, x, y };
}

/** Frees the directions of a line or a plane; the origin stays. */
export function disposeDirections<V extends Vector>(surface: Line<V> | Plane<V>): void {
  surface.x.dispose();
  if ('y' in surface) {
    surface.y.dispose();
  }
}
