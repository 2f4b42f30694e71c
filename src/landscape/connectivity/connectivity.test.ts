import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../../engine/plainVector';
import { tensorCount } from '../../engine/tensor';
import { TensorVector } from '../../engine/tensorVector';
import { expectAllClose } from '../../testing/expectAllClose';
import { StoppedError } from '../../progress/work';
import { lineBetween } from '../surface/directions';
import { evenly, linePoints } from '../surface/grid';
import { samplePoints } from '../surface/sample';
import { elementsOf, formulaLoss } from '../testing/formulaLoss';
import { lossBarrier } from './barrier';
import { bezierCurve, trainBezier, type BezierTraining } from './bezier';
import { signalWhen } from '../../testing/signalWhen';

test('the barrier between the minima of two quadratics is their crossing, by hand', async () => {
  // L = min(x², 1 + 3 (x - 2)²) from 0 to 2: at x = 2t, over the line from 0 to 1. 4t² and 1 + 12 (t - 1)² meet at t = 3/4 with 2.25 - 0.25 = 1.5 and
  // 1.75: they cross before, where 8t² - 24t + 13 = 0, t = (6 - sqrt(10)) / 4 = 0.70943, with 4t² - t = 1.30375.
  const loss = formulaLoss(([x]) => Math.min(x! ** 2, 1 + 3 * (x! - 2) ** 2));
  const t = evenly([-0.5, 1.5], 2001);
  const samples = await samplePoints({ surface: lineBetween(PlainVector.of(0), PlainVector.of(2)), points: linePoints(t), losses: { train: loss }, network: '', directions: '' });
  const { barrier, at } = lossBarrier(t, samples.series['train']!.loss);
  const exact = (6 - Math.sqrt(10)) / 4;
  // The slopes there are at most 8, and places 0.001 apart.
  expectAllClose([barrier, at], [4 * exact ** 2 - exact, exact], { absolute: 8e-3 });
});

test('a path below the line between its ends has no barrier, one with a loss that is not a number has an infinite one', () => {
  assert.deepEqual(lossBarrier([0, 0.5, 1], [1, 1.4, 2]), { barrier: 0, at: 0 });
  assert.deepEqual(lossBarrier([0, 0.5, 1, 2], [1, 1.75, 2, 9]), { barrier: 0.25, at: 0.5 });
  assert.deepEqual(lossBarrier([0, 0.5, 1], [1, NaN, 2]), { barrier: Infinity, at: 0.5 });
  assert.throws(() => lossBarrier([0, 0.5], [1, 2]), /0 and 1 among them, got 2 places and 2 losses/);
});

/** A circular valley of radius 1, with a hill of height 25 in the middle. */
const valley = formulaLoss(
  ([x, y]) => 25 * (x! ** 2 + y! ** 2 - 1) ** 2,
  ([x, y]) => [100 * (x! ** 2 + y! ** 2 - 1) * x!, 100 * (x! ** 2 + y! ** 2 - 1) * y!],
);
const from = PlainVector.of(1, 0);
const to = PlainVector.of(0, 1);
const training: BezierTraining<PlainVector> = { gradient: (point) => valley.gradient(point), steps: 2000, learningRate: 0.01, seed: 1 };

test('the curve follows a valley that the straight line leaves', async () => {
  const control = await trainBezier(from, to, training);
  const { plane, t, points } = bezierCurve(from, control, to);
  assert.equal(t.length, 61);
  const samples = await samplePoints({ surface: plane, points, losses: { train: valley }, network: '', directions: '' });
  const { barrier } = lossBarrier(t, samples.series['train']!.loss);
  // The straight line has 25 (1/2 - 1)² = 6.25 half way. By symmetry the best control point is (c, c): with phi(1/2) =
  // (1 + 2c) / 4 (1, 1) it goes through the valley half way at c = sqrt(2) - 1/2 = 0.914. The best mean lies close by.
  assert.ok(barrier < 0.05, `barrier ${barrier}`);
  expectAllClose(elementsOf(control), [0.914, 0.914], { absolute: 0.05 });
});

test('points of a curve by hand', () => {
  const { plane, t, points } = bezierCurve(from, PlainVector.of(2, 2), to, 3);
  assert.deepEqual(t, [0, 0.5, 1]);
  const at = points.map(([x, y]) => elementsOf(plane.origin.plus(plane.x, x).plus(plane.y, y)));
  assert.deepEqual(at, [[1, 0], [1.25, 1.25], [0, 1]]);
  const straight = bezierCurve(from, PlainVector.of(0.5, 0.5), to, 3);
  assert.deepEqual(elementsOf(straight.plane.origin.plus(straight.plane.x, 0.5).plus(straight.plane.y, 0.25)), [0.5, 0.5], 'a control point half way is the straight line');
});

test('one step by hand: the gradient with respect to the control point is 2 t (1 - t) times that at the curve', async () => {
  // With L = w the gradient is 1 everywhere, so that theta = 1/2 - rate · 2 t (1 - t), and two seeds give two t.
  const slope = formulaLoss(([w]) => w!, () => [1]);
  let place = NaN;
  const control = await trainBezier(PlainVector.of(0), PlainVector.of(1), {
    gradient: (point) => {
      place = elementsOf(point)[0]!;
      return slope.gradient(point);
    },
    steps: 1, learningRate: 0.1, seed: 3,
  });
  // On the straight line phi(t) = t.
  expectAllClose(elementsOf(control), [0.5 - 0.1 * 2 * place * (1 - place)], { absolute: 1e-12 });
});

test('training frees its tensors, also when stopped, and leaves the end points alone', async () => {
  const spec = [{ name: 'w', kind: 'weight', shape: [2] }] as const;
  const before = tensorCount();
  const [a, b] = [[0.1, 0.7], [3, 0.3]].map((values) => TensorVector.from(spec, [Float32Array.from(values)])) as [TensorVector, TensorVector];
  const native = { gradient: (point: TensorVector) => Promise.resolve({ loss: 1, gradient: point.clone() }), steps: 3, learningRate: 0.1, seed: 0 };
  const ends = [a.toArrays(), b.toArrays()];
  const control = await trainBezier(a, b, native);
  let polls = 0;
  await assert.rejects(trainBezier(a, b, { ...native, signal: signalWhen(() => ++polls > 1) }), StoppedError);
  await assert.rejects(trainBezier(a, b, { ...native, steps: 0 }), /at least 1 step, got 0/);
  assert.deepEqual([a.toArrays(), b.toArrays()], ends);
  [a, b, control].forEach((vector) => vector.dispose());
  assert.equal(tensorCount(), before);
});
