import type { Vector } from '../engine/vector';

/** A direction and how far along it. */
export type Move<V extends Vector> = readonly [direction: V, distance: number];

/** origin + sum of distance · direction, as a new vector. With all distances 0 it is the origin, bit for bit. */
export function movedPoint<V extends Vector>(origin: V, moves: readonly Move<V>[]): V {
  const point = origin.clone();
  for (const [direction, distance] of moves) {
    if (distance !== 0) {
      point.addScaledInPlace(direction, distance);
    }
  }
  return point;
}

/**
 * Calls `body` with the point origin + sum of distance · direction, and frees the point afterwards, also when
 * `body` fails.
 *
 * The origin itself never moves: the point starts as a second handle to the origin's memory, and arithmetic in
 * place copies on write. So there is nothing to restore, and no weight passes through JavaScript.
 */
export async function atPoint<V extends Vector, T>(origin: V, moves: readonly Move<V>[], body: (point: V) => Promise<T>): Promise<T> {
  const point = movedPoint(origin, moves);
  try {
    return await body(point);
  } finally {
    point.dispose();
  }
}
