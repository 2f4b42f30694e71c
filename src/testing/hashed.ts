/**
 * `count` numbers in [-1, 1) that depend on the name and the index alone. The scripts that make the
 * fixtures draw the same ones (`hashed` in reference.py), so that large inputs need not be stored.
 */
export function hashed(name: string, count: number): Float32Array {
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(name)) {
    seed = Math.imul(seed ^ byte, 0x01000193);
  }
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    let h = seed ^ Math.imul(index + 1, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    values[index] = (h >>> 8) / 2 ** 23 - 1;
  }
  return values;
}
