import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASS_LOOKS } from './classLook';
import { enlarged, gridPlaces, paintRegions } from './regionShading';

test('the places of a grid are the middles of its squares, from the top left', () => {
  assert.deepEqual([...gridPlaces([-2, 2], 2)], [-1, 1, 1, 1, -1, -1, 1, -1]);
});

test('a plane of values stays a plane when it is enlarged', () => {
  const side = 5;
  const values = Array.from({ length: side ** 2 }, (_, index) => 3 * (index % side) - 2 * Math.floor(index / side));
  const picture = enlarged(values, side, 20);
  // Pixel 10 lies at 10.5 / 20 · 5 - 0.5 = 2.125 squares.
  assert.ok(Math.abs(picture[10 * 20 + 6]! - (3 * ((6.5 / 20) * side - 0.5) - 2 * 2.125)) < 1e-12);
});

test('each side of the border has its class\'s colour, and the border is drawn between them', () => {
  const { ramp, border } = CLASS_LOOKS.light;
  const size = 40;
  const pixels = paintRegions([-8, 8, -8, 8], 2, size, { ramp, border });
  const at = (column: number): readonly number[] => [...pixels.subarray(4 * (20 * size + column), 4 * (20 * size + column) + 3)];
  const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((value, index) => value - b[index]!));
  // The last of six steps from the middle ends half a step before the ramp does.
  assert.ok(distance(at(0), ramp[0]!) <= distance(ramp[0]!, ramp[1]!) / 12 + 2 && distance(at(size - 1), ramp[2]!) <= distance(ramp[2]!, ramp[1]!) / 12 + 2);
  const darkest = Array.from({ length: size }, (_, column) => column).reduce((best, column) => (distance(at(column), border) < distance(at(best), border) ? column : best));
  assert.ok(darkest === 19 || darkest === 20, String(darkest));
});

test('a network without numbers is drawn without an error', () => {
  assert.equal(paintRegions([NaN, NaN, NaN, NaN], 2, 4, CLASS_LOOKS.dark).length, 64);
});
