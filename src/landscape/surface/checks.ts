import { checkPoint } from '../inputChecks';
import type { Vector } from '../../engine/vector';

/** @throws RangeError that names the first parameter in which two vectors differ. */
export function checkSameLayout(a: Vector, b: Vector): void {
  const text = ({ specs }: Vector, index: number): string => {
    const spec = specs[index];
    return spec === undefined ? 'nothing more' : `${spec.name} [${spec.shape.join(', ')}]`;
  };
  const length = Math.max(a.specs.length, b.specs.length);
  const different = Array.from({ length }, (_, index) => index).find((index) => text(a, index) !== text(b, index));
  if (different !== undefined) {
    throw new RangeError(`checkSameLayout: the two sets of weights belong to different architectures: parameter ${different} is ${text(a, different)} in one and ${text(b, different)} in the other.`);
  }
}

/** @throws RangeError if a direction is zero or not finite, or belongs to another architecture than the origin. */
export function checkDirection(origin: Vector, direction: Vector): void {
  checkPoint('checkDirection', origin);
  checkSameLayout(origin, direction);
  const norm = direction.norm();
  if (!(norm > 0 && norm < Infinity)) {
    throw new RangeError(`checkDirection: expected a direction with a positive finite norm, got norm ${norm}; nothing would move along it.`);
  }
}
