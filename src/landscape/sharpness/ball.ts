import type { Random } from '../../engine/random';
import { scaleTo } from '../../engine/scaling';
import type { Vector } from '../../engine/vector';

/** A set of points around w: all w + scale · delta, element by element, with |delta| at most `radius` in the norm. */
export interface Ball<V extends Vector> {
  readonly radius: number;
  readonly norm: 'L2' | 'Linf';
  /** Of each weight; 1 unless told. Borrowed. */
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

/** The nearest delta within the radius. */
export function project<V extends Vector>(delta: V, { radius, norm }: Ball<V>): V {
  if (norm === 'Linf') {
    return delta.clip(radius);
  }
  const length = delta.norm();
  return length > radius ? scaleTo(delta, length, radius) : delta.clone();
}

/** The direction of length 1 in which a loss of this gradient (by w) climbs fastest with delta; zero for a zero gradient. */
export function steepest<V extends Vector>(gradient: V, { norm, scale }: Ball<V>): V {
  const byDelta = scale === undefined ? gradient.clone() : scale.multiply(gradient);
  try {
    if (norm === 'Linf') {
      return byDelta.sign();
    }
    const length = byDelta.norm();
    return length > 0 ? scaleTo(byDelta, length, 1) : byDelta.zeros();
  } finally {
    byDelta.dispose();
  }
}

/** A vector of draws, laid out like w. */
export function drawLike<V extends Vector>(w: V, element: () => number): V {
  return w.withElements(w.specs.map(({ shape }) => Float64Array.from({ length: shape.reduce((product, length) => product * length, 1) }, element)));
}

/** A random delta: uniform in the box, or uniform in direction and length. */
export function randomDelta<V extends Vector>(w: V, { norm, radius }: Ball<V>, chance: Random): V {
  const drawn = drawLike(w, norm === 'Linf' ? () => 2 * chance.uniform() - 1 : () => chance.normal());
  try {
    return drawn.times(norm === 'Linf' ? radius : (radius * chance.uniform()) / drawn.norm());
  } finally {
    drawn.dispose();
  }
}
