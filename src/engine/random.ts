import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded stream of random numbers; every function that needs chance takes one as an argument. */
export interface Random {
  /** A number drawn uniformly from [0, 1), with 32 random bits. */
  uniform(): number;
  /** An integer drawn uniformly from {0, ..., below - 1}; `below` is in [1, 2^32]. */
  integer(below: number): number;
  /** A standard normal number. */
  normal(): number;
}

/**
 * Mixes a seed and the names of a stream into 32 bits (FNV-1a over the UTF-16 code units, then the
 * finaliser of MurmurHash3), so that streams with different names are independent of each other.
 */
function mixSeed(seed: number, stream: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of [seed, ...stream].join('/')) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * Opens the random stream of a seed and a name, for instance `random(seed, 'augment', epoch)`.
 *
 * Streams are opened again from their names wherever they are needed. Nothing about them has to be
 * saved, so a resumed run draws the same numbers as one that was never interrupted.
 *
 * @param seed a safe integer.
 * @param stream what the numbers are for; different names give independent streams.
 * @throws RangeError if the seed is not a safe integer.
 */
export function random(seed: number, ...stream: readonly (string | number)[]): Random {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`random: expected an integer seed, got ${seed}; pass for instance 0, 1 or 2.`);
  }
  const generator = xoroshiro128plus(mixSeed(seed, stream));
  const uniform = (): number => (generator.next() >>> 0) / 0x1_0000_0000;
  let spare: number | undefined;
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      // Box and Muller (1958): two uniforms give two independent normals. 1 - u is never 0.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** A uniformly random order of 0, ..., length - 1 (the shuffle of Fisher and Yates). */
export function permutation(length: number, rng: Random): Int32Array {
  const order = Int32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = rng.integer(last + 1);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}
