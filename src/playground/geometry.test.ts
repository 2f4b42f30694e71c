import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrowHead, fromPixels, polygon, polyline, printed, ticks, toPixels, type Frame } from './geometry';

const FRAME: Frame = { left: 40, top: 10, width: 400, height: 200, xRange: [-1, 3], yRange: [0, 2] };

test('corners and middle of the window lie where the frame has them; and back', () => {
  assert.deepEqual(toPixels(FRAME, [-1, 2]), [40, 10]);
  assert.deepEqual(toPixels(FRAME, [3, 0]), [440, 210]);
  assert.deepEqual(toPixels(FRAME, [1, 1.5]), [240, 60]);
  assert.deepEqual(fromPixels(FRAME, [240, 60]), [1, 1.5]);
});

test('ticks are round numbers within the range', () => {
  assert.deepEqual(ticks([-2.4, 3], 7), [-2, -1, 0, 1, 2, 3]);
  assert.deepEqual(ticks([0, 200], 6), [0, 50, 100, 150, 200]);
  assert.deepEqual(ticks([-0.25, 0.6], 5), [-0.2, 0, 0.2, 0.4, 0.6]);
});

test('numbers are printed with a true minus sign, and zero without one', () => {
  assert.deepEqual([printed(-1.2345, 2), printed(-0.0001, 2), printed(3, 0)], ['−1.23', '0.00', '3']);
});

test('paths are written as SVG takes them', () => {
  assert.equal(polyline([[1, 2], [3, 4.56]]), 'M1.0 2.0L3.0 4.6');
  // From (0, 0) to (10, 0) with a head of length 4: its base is at x = 6, 1.8 to each side.
  assert.equal(arrowHead([0, 0], [10, 0], 4), 'M10.0 0.0L6.0 1.8L6.0 -1.8Z');
  assert.equal(arrowHead([5, 5], [5, 5], 4), '');
  assert.equal(polygon([10, 10], 2, 4), 'M10.0 8.0L12.0 10.0L10.0 12.0L8.0 10.0Z');
});
