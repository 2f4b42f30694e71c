import type { Vector } from '../engine/vector';

/**
 * Awaits `body` and then frees the vectors that it has registered with `own`, also if it throws.
 *
 * @param body must not return a vector that it registered.
 */
export async function withTemporaryVectors<Result>(body: (own: <V extends Vector>(made: V) => V) => Promise<Result>): Promise<Result> {
  const owned: Vector[] = [];
  try {
    return await body((made) => {
      owned.push(made);
      return made;
    });
  } finally {
    owned.forEach((made) => made.dispose());
  }
}
