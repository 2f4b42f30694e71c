import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCount } from '../../engine/tensor';
import { TensorVector } from '../../engine/tensorVector';
import { expectAllClose } from '../../testing/expectAllClose';
import type { LossFunction } from '../operator';
import { toGrid } from './grid';
import { lossPlane } from './lossPlane';

test("one call measures any loss of any weights: a sphere's surface is a bowl, up to the requested height of the rim", async () => {
  const before = tensorCount();
  const w = TensorVector.from([{ name: 'fc.weight', kind: 'weight', shape: [64, 8] }], [Float32Array.from({ length: 512 }, (_, index) => Math.sin(index))]);
  // 1 + |w' - w|²: both directions are as long as w and orthogonal, so that it is 1 + |w|² (x² + y²).
  const loss: LossFunction<TensorVector> = {
    source: { name: 'sphere', images: 0, precision: 'float32' },
    evaluate: (point) => {
      const offset = point.plus(w, -1);
      const value = 1 + offset.norm() ** 2;
      offset.dispose();
      return Promise.resolve({ loss: value });
    },
    gradient: () => Promise.reject(new Error('unused')),
  };
  const square = w.norm() ** 2;
  const fixed = await lossPlane(w, loss, { seed: 0, range: { radius: 0.5 }, gridPoints: 3, network: 'sphere' });
  const { x, z } = toGrid(fixed.points, fixed.series['loss']!.loss);
  assert.deepEqual(x, [-0.5, 0, 0.5]);
  const [side, corner] = [1 + square / 4, 1 + square / 2];
  expectAllClose(z.flat(), [corner, side, corner, side, 1, side, corner, side, corner], { relative: 1e-5 });
  const wide = await lossPlane(w, loss, { seed: 0, range: { rimMultiple: 7 }, gridPoints: 2, network: 'sphere', orthogonal: true });
  // The rim's mean is 1 + 1.5 |w|² r², 7 at r = 2 / |w|.
  const radius = wide.points[3]![0] * Math.sqrt(square);
  assert.ok(radius >= 1.999 && radius <= 2.201, String(radius));
  w.dispose();
  assert.equal(tensorCount(), before);
});
