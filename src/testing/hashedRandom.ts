import type { Random } from '../engine/random';
import { hashed } from './hashed';

/** A stream of at most `count` of the numbers that `shuffled` in reference.py draws: (hashed + 1) / 2, in [0, 1). */
export function hashedRandom(name: string, count: number): Random {
  const values = hashed(name, count);
  let drawn = 0;
  const uniform = (): number => (values[drawn++]! + 1) / 2;
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal() {
      throw new Error('hashedRandom: it draws no normal numbers.');
    },
  };
}
