import type { Random } from '../../engine/random';
import type { Vector } from '../../engine/vector';
import { sizeOf } from '../../engine/shape';
import { steepest, type NormBall } from '../../optim/normBall';

/** A set of points around w: all w + scale · delta, element by element, with |delta|_p at most `radius`. */
export interface Ball<V extends Vector> extends NormBall {
  /** Of each weight. Default: 1. Borrowed. */
  readonly scale?: V;
}

/** w + scale · delta. The caller disposes of it. */
export function pointOf<V extends Vector>(w: V, { scale }: Ball<V>, delta: V): V {
  if (scale === undefined) {
    return w.plus(delta);
  }
  const scaled = scale.multiply(delta);
  try {
    return w.plus(scaled);
  } finally {
    scaled.dispose();
  }
}

/** The delta of length 1 along which a loss with this gradient (with respect to w) ascends fastest; zero for a zero gradient. */
export function steepestDelta<V extends Vector>(gradient: V, ball: Ball<V>): V {
  return gradient.tidy(
    () => steepest(ball.scale === undefined ? gradient : ball.scale.multiply(gradient), ball.p),
    (direction) => [direction],
  );
}

/** A vector of random elements, laid out like w. */
export function drawLike<V extends Vector>(w: V, element: () => number): V {
  return w.withElements(w.specs.map(({ shape }) => Float64Array.from({ length: sizeOf(shape) }, element)));
}

/** A random delta: uniform in the box, or uniform in direction and length. */
export function randomDelta<V extends Vector>(w: V, { p, radius }: Ball<V>, rng: Random): V {
  const drawn = drawLike(w, p === Infinity ? () => 2 * rng.uniform() - 1 : () => rng.normal());
  try {
    return drawn.times(p === Infinity ? radius : (radius * rng.uniform()) / drawn.norm());
  } finally {
    drawn.dispose();
  }
}
