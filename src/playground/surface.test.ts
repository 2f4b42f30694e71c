import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveEye } from './surface';

test('arrow keys turn the eye about the upright axis and over it at one distance; plus and minus change the distance', () => {
  const eye = { x: 0, y: -2, z: 0.5 };
  const distance = Math.hypot(0, -2, 0.5);
  const length = (key: string): number => {
    const { x, y, z } = moveEye(eye, key)!;
    return Math.hypot(x, y, z);
  };
  const [left, up] = [moveEye(eye, 'ArrowLeft')!, moveEye(eye, 'ArrowUp')!];
  // 5 degrees of a circle of radius 2.
  assert.ok(Math.abs(left.x + 2 * Math.sin(Math.PI / 36)) < 1e-12 && Math.abs(left.z - 0.5) < 1e-12);
  assert.ok(up.z > 0.5 && Math.abs(up.x) < 1e-12);
  for (const [key, factor] of [['ArrowRight', 1], ['ArrowDown', 1], ['+', 1 / 1.1], ['-', 1.1]] as const) {
    assert.ok(Math.abs(length(key) - distance * factor) < 1e-12, key);
  }
  assert.equal(moveEye(eye, 'a'), undefined);
});

test('the eye stays above the ground and short of the zenith', () => {
  let low = { x: 0, y: -2, z: 0.5 };
  let high = low;
  for (let press = 0; press < 40; press++) {
    low = moveEye(low, 'ArrowDown')!;
    high = moveEye(high, 'ArrowUp')!;
  }
  assert.ok(low.z > 0 && high.z < Math.hypot(0, -2, 0.5));
});
