import assert from 'node:assert/strict';
import { test } from 'node:test';
import { landscapeOf } from './losses';
import { PALETTES, rampColour, type Palette } from './palette';
import { heightsOf, paint, reliefOf } from './shading';

test('heights are shares of the range, the lowest 0 and the highest 1, from the top row down', () => {
  const { width, height, shares } = reliefOf(landscapeOf('bowl'), 90, 60);
  assert.deepEqual([width, height, shares.length], [90, 60, 5400]);
  // The corner of the window has the highest loss; half a pixel inside it the share is a little lower.
  assert.ok(shares[0]! > 0.97 && shares[0]! <= 1 && shares[30 * 90 + 45]! < 0.05);
  const { highest } = heightsOf(landscapeOf('bowl'));
  assert.ok(Math.abs(highest - (0.2 * 2.7 ** 2 + 2 * 1.7 ** 2)) < 1e-9);
  // The saddle is not symmetric top to bottom: y = 1 in the upper half is a minimum.
  const saddle = reliefOf({ ...landscapeOf('saddle'), yRange: [0, 2] }, 40, 40);
  assert.ok(saddle.shares[19 * 40 + 20]! < saddle.shares[39 * 40 + 20]!);
});

test('a slope is painted in steps of colour with a line of one width between any two', () => {
  const palette: Palette = { ...PALETTES.light, ramp: [[0, 0, 0], [200, 200, 200]], contour: [255, 0, 0] };
  const row = Float64Array.from({ length: 400 }, (_, index) => (index + 0.5) / 400);
  const pixels = paint({ width: 400, height: 2, shares: Float64Array.from([...row, ...row]) }, palette);
  const redness = Array.from({ length: 400 }, (_, index) => pixels[index * 4]! - pixels[index * 4 + 1]!);
  // 20 steps make 19 lines, 20 pixels apart; between pixels 19 and 20 lies the first.
  const lines = redness.flatMap((red, index) => (red > 40 ? [index] : []));
  assert.deepEqual(lines.slice(0, 4), [19, 20, 39, 40]);
  assert.equal(lines.length, 38);
  assert.equal(new Set([3, 10, 16].map((index) => pixels[index * 4])).size, 1, 'one colour within a step');
  assert.ok([...pixels].filter((_, index) => index % 4 === 3).every((opacity) => opacity === 255));
});

test('the ramp runs from its first colour to its last', () => {
  assert.deepEqual([-1, 0, 0.25, 0.5, 1, 2].map((share) => rampColour([[0, 0, 0], [100, 50, 0], [200, 0, 0]], share)), [[0, 0, 0], [0, 0, 0], [50, 25, 0], [100, 50, 0], [200, 0, 0], [200, 0, 0]]);
});
