import { scaleTo } from '../engine/scaling';
import type { Vector } from '../engine/vector';

/**
 * The exponent p of a norm by the names that stored results and command lines have for it (the settings `perturbationNorm` and
 * `ascentBall`). They stay as they are, and JSON has no Infinity; code takes p itself.
 */
export const P_BY_NAME = { euclidean: 2, infinity: Infinity } as const;

/** A ball around 0 in the p-norm. */
export interface NormBall {
  /** 2 or Infinity. */
  readonly p: number;
  /** Infinity for all of the space. */
  readonly radius: number;
}

/** The direction of length 1 along which a loss of this gradient ascends fastest: g / |g|_2 or sign(g); 0 for a zero gradient. */
export function steepest<V extends Vector>(gradient: V, p: NormBall['p']): V {
  if (p === Infinity) {
    return gradient.sign();
  }
  const norm = gradient.norm();
  return norm === 0 ? gradient.zeros() : scaleTo(gradient, norm, 1);
}

/** The nearest point of the ball. */
export function project<V extends Vector>(point: V, { p, radius }: NormBall): V {
  if (p === Infinity) {
    return point.clip(radius);
  }
  const length = point.norm();
  return length > radius ? scaleTo(point, length, radius) : point.clone();
}

/** One step of projected steepest ascent: P(eps + length u(direction)), with u and P as in `steepest` and `project`. */
export function ascentStep<V extends Vector>(eps: V, direction: V, ball: NormBall, length: number): V {
  return eps.tidy(
    () => {
      const moved = eps.plus(steepest(direction, ball.p).times(length));
      return ball.radius === Infinity ? moved : project(moved, ball);
    },
    (next) => [next],
  );
}
