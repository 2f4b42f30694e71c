import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bowlWithWells, type PlanarLoss } from '../planar/planarLoss';
import { planarCurvature } from './planarCurvature';

test('the curvature at the bottom of a single well is depth / width² in every direction', async () => {
  const { eigenvalues } = await planarCurvature(bowlWithWells([{ centre: [0.5, -1], depth: 0.9, width: 0.3 }], 0), [0.5, -1]);
  for (const eigenvalue of eigenvalues) {
    assert.ok(Math.abs(eigenvalue - 10) < 1e-4, `${eigenvalue} is not 0.9 / 0.09`);
  }
});

test('a tilted bowl has the eigenvalues that it was made from', async () => {
  // L = 3 u² / 2 + 7 v² / 2 with u and v turned by 30 degrees: a = 3 cos² + 7 sin² = 4, c = 6, b = (3 - 7) sin cos = -sqrt(3).
  const b = -Math.sqrt(3);
  const bowl: PlanarLoss = { loss: (x, y) => 2 * x * x + b * x * y + 3 * y * y, gradient: (x, y) => [4 * x + b * y, b * x + 6 * y] };
  const { hessian, eigenvalues } = await planarCurvature(bowl, [0.2, 0.7]);
  const found = [...hessian.flat(), ...eigenvalues];
  [4, b, b, 6, 7, 3].forEach((expected, index) => assert.ok(Math.abs(found[index]! - expected) < 1e-8, `entry ${index}: ${found[index]} is not ${expected}`));
});
