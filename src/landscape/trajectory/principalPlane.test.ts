import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../../engine/plainVector';
import { tensorCount } from '../../engine/tensor';
import { TensorVector } from '../../engine/tensorVector';
import { expectAllClose } from '../../testing/expectAllClose';
import { disposeDirections } from '../surface/plane';
import { elementsOf } from '../testing/formulaLoss';
import { principalPlane } from './principalPlane';

test('components of a rectangle by hand', () => {
  // Corners of 4 x 2 about (5, 1, 1): variances 4 · 2² = 16 along the first axis, 4 · 1² = 4 along the second.
  const corners = [[3, 0, 1], [7, 0, 1], [7, 2, 1], [3, 2, 1]].map((values) => PlainVector.of(...values));
  const { plane, path, explainedVariance } = principalPlane(corners);
  assert.equal(plane.origin, corners[3]);
  expectAllClose(explainedVariance, [0.8, 0.2], { absolute: 1e-12 });
  expectAllClose(elementsOf(plane.x).map(Math.abs), [1, 0, 0], { absolute: 1e-12 });
  expectAllClose(elementsOf(plane.y).map(Math.abs), [0, 1, 0], { absolute: 1e-12 });
  // From the last corner (3, 2, 1). The first point lies straight below it.
  expectAllClose(path.flat().map(Math.abs), [0, 2, 4, 2, 4, 0, 0, 0], { absolute: 1e-12 });
  assert.deepEqual(path.at(-1), [0, 0]);
  assert.ok(path[0]![1] > 0, 'the first point has no negative coordinate');
});

/** Many parameters, few points; projections are compared with inner products, which the method never takes. */
test('native weights far from the origin keep their path: coordinates are projections, and the remaining variance is off the plane', () => {
  const size = 5000;
  const spec = [{ name: 'w', kind: 'weight', shape: [size / 2, 2] }] as const;
  const before = tensorCount();
  // A spiral of radius about 1 around a point with norm 300.
  const points = Array.from({ length: 8 }, (_, step) =>
    TensorVector.from(spec, [
      Float32Array.from({ length: size }, (_, index) => {
        const [a, b, c] = [Math.sin(index), Math.cos(3 * index), Math.sin(7 * index + 1)].map((value) => value / Math.sqrt(size / 2)) as [number, number, number];
        return 300 / Math.sqrt(size) + step * a + 2 * Math.cos(step) * b + 0.2 * Math.sin(2 * step) * c;
      }),
    ]),
  );
  const { plane, path, explainedVariance } = principalPlane(points);
  // Single precision rounds elements of 4 to 2.4e-7: 5000 of them to 2e-5 together.
  expectAllClose([plane.x.norm(), plane.y.norm()], [1, 1], { absolute: 1e-4 });
  assert.ok(Math.abs(plane.x.dot(plane.y)) < 1e-4);
  points.forEach((point, index) => {
    const offset = point.plus(plane.origin, -1);
    expectAllClose(path[index]!, [offset.dot(plane.x), offset.dot(plane.y)], { absolute: 1e-3 }, `point ${index}`);
    offset.dispose();
  });
  const means = [0, 1].map((axis) => path.reduce((sum, place) => sum + place[axis]!, 0) / 8);
  const onPlane = path.reduce((sum, [x, y]) => sum + (x - means[0]!) ** 2 + (y - means[1]!) ** 2, 0);
  const arrays = points.map((point) => point.toArrays()[0]!);
  const centre = arrays[0]!.map((_, index) => arrays.reduce((sum, array) => sum + array[index]!, 0) / 8);
  const total = arrays.reduce((sum, array) => sum + array.reduce((squares, value, index) => squares + (value - centre[index]!) ** 2, 0), 0);
  expectAllClose([explainedVariance[0] + explainedVariance[1]], [onPlane / total], { absolute: 1e-3 });
  assert.ok(explainedVariance[0] >= explainedVariance[1]);
  disposeDirections(plane);
  points.forEach((point) => point.dispose());
  assert.equal(tensorCount(), before);
});

test('a path on a line, too few points and weights of several architectures are refused', () => {
  const at = (x: number) => PlainVector.of(x, 2 * x);
  assert.throws(() => principalPlane([at(0), at(1), at(2), at(3)]), /points that span a plane/);
  assert.throws(() => principalPlane([at(0), at(1)]), /at least 3 moments of training, got 2/);
  assert.throws(() => principalPlane([at(0), PlainVector.of(1), at(2)]), /different architectures/);
});
