import assert from 'node:assert/strict';
import { test } from 'node:test';
import { landscapeOf, LANDSCAPES, WINDOW, type LandscapeId } from './losses';
import type { MethodId } from './methods';
import { settingsOf } from './settings';
import { riseWithin, simulate } from './simulate';

function endOf(landscape: LandscapeId, method: MethodId): { readonly x: number; readonly y: number; readonly loss: number } {
  return simulate({ ...settingsOf(landscape), methods: [method] })[0]!.points.at(-1)!;
}

function near(point: { readonly x: number; readonly y: number }, [x, y]: readonly [number, number], within: number): boolean {
  return Math.hypot(point.x - x, point.y - y) < within;
}

test('each gradient is the slope of its loss', () => {
  const h = 1e-5;
  for (const { id, planar: { loss, gradient }, xRange, yRange } of LANDSCAPES) {
    for (const [across, up] of [[0.1, 0.2], [0.35, 0.6], [0.5, 0.5], [0.72, 0.31], [0.9, 0.85]] as const) {
      const [x, y] = [xRange[0] + across * (xRange[1] - xRange[0]), yRange[0] + up * (yRange[1] - yRange[0])];
      const slope = [(loss(x + h, y) - loss(x - h, y)) / (2 * h), (loss(x, y + h) - loss(x, y - h)) / (2 * h)];
      // h² / 6 times a third derivative, which depth / width³ bounds by 400: 1e-8, and as much of rounding.
      gradient(x, y).forEach((part, index) => assert.ok(Math.abs(part - slope[index]!) < 1e-7, `${id} at ${x}, ${y}: ${part} instead of ${slope[index]!}`));
    }
  }
});

test('known points of the landscapes have the losses and slopes of hand arithmetic', () => {
  assert.deepEqual([landscapeOf('saddle').planar.loss(2, 1), landscapeOf('saddle').planar.gradient(2, 1)], [1.75, [2, 0]]);
  assert.deepEqual([landscapeOf('bowl').planar.loss(1, 1), landscapeOf('bowl').planar.gradient(1, 1)], [2.2, [0.4, 4]]);
  // k(0) = 1/2 + 6/2 = 3.5 and k'(0) = -6 · 2 / 4 = -3.
  assert.deepEqual([landscapeOf('valley').planar.loss(0, 2), landscapeOf('valley').planar.gradient(0, 2)], [7, [-6, 7]]);
});

test('all windows are of one size, and each start is inside', () => {
  for (const { id, xRange, yRange } of LANDSCAPES) {
    const size = [xRange[1] - xRange[0], yRange[1] - yRange[0]].map((length) => Number(length.toFixed(9)));
    assert.deepEqual(size, [WINDOW.width, WINDOW.height], id);
    const [x, y] = settingsOf(id).start;
    assert.ok(x > xRange[0] && x < xRange[1] && y > yRange[0] && y < yRange[1], id);
  }
});

test('sharp and flat: SGD ends in the sharp, deeper well, SAM in the flat one', () => {
  const [sgd, sam] = [endOf('sharp-and-flat', 'sgd'), endOf('sharp-and-flat', 'sam')];
  assert.ok(near(sgd, [-0.3, 0.6], 0.05) && near(sam, [0.9, -0.3], 0.2) && sgd.loss < sam.loss);
});

test('opening valley: SGD stops where it lands, SAM drifts on along the floor to where it is flatter', () => {
  const [sgd, sam] = [endOf('valley', 'sgd'), endOf('valley', 'sam')];
  assert.ok(Math.abs(sgd.y) < 1e-6 && Math.abs(sam.y) < 0.05, 'both are on the floor');
  assert.ok(sgd.x < -2 && sam.x > 0.5, `${sgd.x} and ${sam.x}`);
  const { planar } = landscapeOf('valley');
  assert.ok(riseWithin(planar, [sam.x, sam.y], 0.25) < riseWithin(planar, [sgd.x, sgd.y], 0.25) / 2);
});

test('saddle: SGD slides down, SAM stays; with a smaller radius, or with noise, SAM gets down too', () => {
  assert.ok(near(endOf('saddle', 'sgd'), [0, 1], 0.01));
  assert.ok(near(endOf('saddle', 'sam'), [0, 0], 0.05));
  const settings = { ...settingsOf('saddle'), methods: ['sam'] } as const;
  for (const change of [{ rho: 0.01 }, { noise: 3 }]) {
    assert.ok(simulate({ ...settings, ...change })[0]!.points.some(({ y }) => Math.abs(y) > 0.5), JSON.stringify(change));
  }
});

test('many basins: SGD is caught in a narrow one, SAM ends in the wide one', () => {
  assert.ok(near(endOf('basins', 'sgd'), [-0.55, -0.25], 0.1));
  assert.ok(near(endOf('basins', 'sam'), [1.05, -0.2], 0.15));
});

test('long bowl: SGD diverges above a learning rate of 0.5 and not below; SAM does not settle', () => {
  const settings = { ...settingsOf('bowl'), methods: ['sgd'], steps: 600 } as const;
  assert.deepEqual([0.49, 0.51].map((learningRate) => simulate({ ...settings, learningRate })[0]!.diverged), [false, true]);
  const { points } = simulate({ ...settingsOf('bowl'), methods: ['sam'] })[0]!;
  assert.ok(points.slice(-20).every(({ loss }) => loss > 0.005));
});

test('an unknown landscape is refused with the list of known ones', () => {
  assert.throws(() => landscapeOf('hill'), /landscapeOf: there is no landscape "hill"; choose one of sharp-and-flat, valley/);
});
