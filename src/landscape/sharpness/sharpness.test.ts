import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { numberedDataset } from '../../data/testing/numberedDataset';
import { imageCount } from '../../data/dataset';
import { PlainVector } from '../../engine/plainVector';
import { samPerturbation } from '../../optim/sam';
import { expectAllClose } from '../../testing/expectAllClose';
import type { LossFunction } from '../operator';
import { averageSharpness } from './average';
import { splitIntoGroups, mSharpness } from './mSharpness';
import { samSharpness } from './samSharpness';
import { epsSharpness, worstCaseSharpness } from './worstCase';

interface Asked {
  evaluations: number;
  gradients: number;
}

/** height + sum of curvature (w - centre)^2 / 2, with counts of evaluations. */
function quadratic(curvatures: readonly number[], { centre = 0, height = 0, images = 1 } = {}): LossFunction<PlainVector> & { readonly asked: Asked } {
  const asked = { evaluations: 0, gradients: 0 };
  const loss = (w: PlainVector): number => curvatures.reduce((sum, c, index) => sum + 0.5 * c * (w.elements[0]![index]! - centre) ** 2, height);
  return {
    asked,
    source: { name: 'quadratic', images, precision: 'float64' },
    evaluate: (w) => {
      asked.evaluations++;
      return Promise.resolve({ loss: loss(w) });
    },
    gradient: (w) => {
      asked.gradients++;
      return Promise.resolve({ loss: loss(w), gradient: PlainVector.of(...curvatures.map((c, index) => c * (w.elements[0]![index]! - centre))) });
    },
  };
}

const zero = PlainVector.of(0, 0, 0);

test('worst case at a minimum: rho^2 / 2 times the largest eigenvalue', async () => {
  const loss = quadratic([1, 6, 2], { height: 0.25 });
  for (let seed = 0; seed < 5; seed++) {
    const found = await worstCaseSharpness(loss, zero, { rho: 0.1, seed });
    expectAllClose([found.sharpness, found.baseLoss, found.worstLoss], [0.03, 0.25, 0.28], { relative: 1e-6 });
    expectAllClose([found.ascent.length], [0.1], { relative: 1e-9 });
  }
});

test('worst case away from a minimum: the slope and the curvature along it', async () => {
  // Equal curvature c in all directions: from distance r the worst point of the ball is straight outwards, c ((r + rho)^2 - r^2) / 2.
  const w = PlainVector.of(0.3, 0.4, 0);
  const found = await worstCaseSharpness(quadratic([2, 2, 2]), w, { rho: 0.2, seed: 0 });
  expectAllClose([found.sharpness], [0.7 ** 2 - 0.5 ** 2], { relative: 1e-6 });
});

test('adaptive worst case: the largest curvature in units of the weights', async () => {
  // eps_i = |w_i| delta_i: curvatures c_i w_i^2 are 4, 9 and 0; the weight 0 cannot move. Slopes vanish: w is at the centre of each.
  const w = PlainVector.of(2, 3, 0);
  const shifted: LossFunction<PlainVector> = {
    ...quadratic([1, 1, 100]),
    evaluate: (point) => quadratic([1, 1, 100]).evaluate(point.plus(w, -1)),
    gradient: (point) => quadratic([1, 1, 100]).gradient(point.plus(w, -1)),
  };
  const found = await worstCaseSharpness(shifted, w, { rho: 0.1, adaptive: true, seed: 1 });
  expectAllClose([found.sharpness], [0.5 * 0.01 * 9], { relative: 1e-6 });
  assert.equal(found.measure, 'adaptive worst-case');
});

test('eps-sharpness by hand: the far corner of the box', async () => {
  // The box is 0.1 (|w| + 1) = 0.2, 0.1 wide; the loss is 1 + ((w1 - 0)^2 + 3 w2^2)/2, at w = (1, 0): 1.5 -> 1 + (1.44 + 0.03)/2.
  const found = await epsSharpness(quadratic([1, 3], { height: 1 }), PlainVector.of(1, 0), { epsilon: 0.1, seed: 0 });
  expectAllClose([found.baseLoss, found.worstLoss, found.sharpness], [1.5, 1.735, (100 * 0.235) / 2.5], { relative: 1e-9 });
});

/** Smaller doubles have fewer digits, down to one, so that no relative tolerance holds for them. */
const SMALLEST_NORMAL = 2 ** -1022;

test('more starts and steps never find less, and no point outside the ball counts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 0, max: 1000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (curvatures, seed, rho) => {
        const loss = quadratic(curvatures);
        const one = await worstCaseSharpness(loss, zero, { rho, seed, steps: 5 });
        const three = await worstCaseSharpness(loss, zero, { rho, seed, steps: 5, starts: 3 });
        const bound = 0.5 * rho ** 2 * Math.max(0, ...curvatures);
        assert.ok(one.sharpness >= 0 && three.sharpness >= one.sharpness && three.sharpness <= bound * (1 + 1e-12) + SMALLEST_NORMAL);
      },
    ),
  );
});

test('gradients are counted as they are computed', async () => {
  const loss = quadratic([1, 2, 3]);
  const found = await worstCaseSharpness(loss, zero, { rho: 0.1, seed: 0, steps: 7, starts: 2 });
  assert.deepEqual([found.gradientEvaluations, loss.asked.gradients, found.ascent.steps, found.ascent.starts], [14, 14, 7, 2]);
  const sam = await samSharpness(loss, PlainVector.of(1, 1, 1), { rho: 0.1, ascentSteps: 3 });
  assert.deepEqual([sam.gradientEvaluations, sam.ascentSteps, loss.asked.gradients], [3, 3, 17]);
});

test("SAM's sharpness with one step is the loss at SAM's perturbation", async () => {
  const loss = quadratic([1, 4, 2]);
  const w = PlainVector.of(0.5, -1, 2);
  for (const [norm, p] of [['L2', 2], ['Linf', Infinity]] as const) {
    const { gradient } = await loss.gradient(w);
    const ascended = await loss.evaluate(w.plus(samPerturbation(gradient, 0.3, p)));
    const found = await samSharpness(loss, w, { rho: 0.3, p });
    expectAllClose([found.sharpness], [ascended.loss - (await loss.evaluate(w)).loss], { relative: 1e-12 });
    assert.equal(found.norm, norm);
  }
});

test("SAM's sharpness by hand, with one and with two steps", async () => {
  // L = (x^2 + 4 y^2)/2 at (0, 1): the gradient (0, 4) stays along y, so that each step of rho / T adds to eps.
  const w = PlainVector.of(0, 1);
  for (const ascentSteps of [1, 2]) {
    const found = await samSharpness(quadratic([1, 4]), w, { rho: 0.5, ascentSteps });
    expectAllClose([found.baseLoss, found.worstLoss], [2, 4.5], { relative: 1e-12 });
  }
  // At (3, 1) with one curvature per axis, 1 and 3, the gradient is (3, 3) and rho = sqrt(2) leads to (4, 2).
  const turned = await samSharpness(quadratic([1, 3]), PlainVector.of(3, 1), { rho: Math.SQRT2 });
  expectAllClose([turned.worstLoss], [8 + 6], { relative: 1e-12 });
  // Two steps of sqrt(2)/2: to (3.5, 1.5), where the gradient is (3.5, 4.5), and on along it.
  const length = Math.hypot(3.5, 4.5) / (Math.SQRT2 / 2);
  let [x, y] = [0.5 + 3.5 / length, 0.5 + 4.5 / length];
  const shrink = Math.min(1, Math.SQRT2 / Math.hypot(x, y));
  [x, y] = [3 + shrink * x, 1 + shrink * y];
  const twice = await samSharpness(quadratic([1, 3]), PlainVector.of(3, 1), { rho: Math.SQRT2, ascentSteps: 2 });
  expectAllClose([twice.worstLoss], [0.5 * x * x + 1.5 * y * y], { relative: 1e-12 });
});

test('at a stationary point SAM does not move', async () => {
  const found = await samSharpness(quadratic([1, 2, 3]), zero, { rho: 0.5, ascentSteps: 2 });
  assert.equal(found.sharpness, 0);
});

test('average over directions: rho^2 / 2d times the trace, within three standard errors', async () => {
  const curvatures = [1, 6, 2, -3];
  const w = PlainVector.of(0, 0, 0, 0);
  const plain = await averageSharpness(quadratic(curvatures), w, { rho: 0.2, directions: 400, seed: 0 });
  assert.ok(Math.abs(plain.sharpness - (0.04 * 6) / 8) <= 3 * plain.standardError, `${plain.sharpness} +- ${plain.standardError}`);
  assert.ok(plain.standardError < 0.1 * plain.sharpness);
  // At the centre (2, 2, 2, 2) the adaptive sphere is twice as wide.
  const adaptive = await averageSharpness(quadratic(curvatures, { centre: 2 }), PlainVector.of(2, 2, 2, 2), { rho: 0.2, directions: 400, seed: 0, adaptive: true });
  expectAllClose([adaptive.sharpness, adaptive.standardError], [4 * plain.sharpness, 4 * plain.standardError], { relative: 1e-9 });
});

test('equal curvature in all directions: every direction of the sphere gives the same', async () => {
  const found = await averageSharpness(quadratic([3, 3, 3]), zero, { rho: 0.1, directions: 5, seed: 2 });
  expectAllClose(found.values, Array<number>(5).fill(0.015), { relative: 1e-9 });
});

test('m-sharpness is the mean over groups, with one group the measure itself', async () => {
  const measure = (loss: LossFunction<PlainVector>) => worstCaseSharpness(loss, zero, { rho: 0.1, seed: 0 });
  const groups = [quadratic([1, 6, 2], { images: 8 }), quadratic([1, 2, 2], { images: 8 })];
  const found = await mSharpness(groups, measure);
  expectAllClose([found.sharpness, found.standardError], [0.02, 0.01], { relative: 1e-6 });
  assert.deepEqual([found.m, found.images, found.groups.length, found.gradientEvaluations], [8, 16, 2, 40]);
  const one = await mSharpness([groups[0]!], measure);
  assert.deepEqual([one.sharpness, one.standardError], [(await measure(groups[0]!)).sharpness, 0]);
});

test('groups hold every image once, in order', () => {
  const groups = splitIntoGroups(numberedDataset(6, 3), 2);
  assert.deepEqual(groups.map(imageCount), [2, 2, 2]);
  assert.deepEqual(groups.map(({ images }) => [images[2], images[3072 + 2]]), [[1, 2], [3, 4], [5, 6]]);
  assert.throws(() => splitIntoGroups(numberedDataset(6, 3), 4), { name: 'RangeError', message: 'splitIntoGroups: expected an m that divides the 6 images, got 4.' });
});

test('w stays where it was, and the same seed finds the same', async () => {
  const w = PlainVector.of(0.1, 0.2, 0.3);
  const saved = w.toArrays();
  const loss = quadratic([1, -2, 3]);
  const runs = [await worstCaseSharpness(loss, w, { rho: 0.1, seed: 3 }), await worstCaseSharpness(loss, w, { rho: 0.1, seed: 3 })];
  assert.deepEqual(runs[0], runs[1]);
  assert.deepEqual(w.toArrays(), saved);
  assert.deepEqual(JSON.parse(JSON.stringify(runs[0])), runs[0]);
});

test('bad radii and counts are refused, as is a loss that is not a number', async () => {
  const loss = quadratic([1, 2, 3]);
  const wrong = [
    [worstCaseSharpness(loss, zero, { rho: -0.1, seed: 0 }), 'ascend: expected a radius of 0 or more, got -0.1.'],
    [worstCaseSharpness(loss, zero, { rho: 0.1, seed: 0, steps: 0 }), 'ascend: expected steps of at least 1, got 0.'],
    [epsSharpness(loss, zero, { epsilon: NaN, seed: 0 }), 'ascend: expected a radius of 0 or more, got NaN.'],
    [samSharpness(loss, zero, { rho: -1 }), "samSharpness: expected a radius rho of 0 or more, got -1; SAM's paper uses 0.05 on CIFAR-10."],
    [samSharpness(loss, zero, { rho: 1, p: 1 }), 'samSharpness: expected p = 2 or Infinity, got 1.'],
    [samSharpness(loss, zero, { rho: 1, ascentSteps: 0.5 }), 'samSharpness: expected ascentSteps of at least 1, got 0.5.'],
    [averageSharpness(loss, zero, { rho: Infinity, seed: 0 }), 'averageSharpness: expected a radius rho of 0 or more, got Infinity.'],
    [averageSharpness(loss, zero, { rho: 1, seed: 0, directions: 1 }), 'averageSharpness: expected at least 2 directions, got 1; one has no standard error.'],
    [mSharpness([], () => Promise.reject(new Error('not asked'))), 'mSharpness: expected groups of equally many images, got [].'],
    [mSharpness([quadratic([1], { images: 2 }), quadratic([1], { images: 3 })], () => Promise.reject(new Error('not asked'))), 'mSharpness: expected groups of equally many images, got [2, 3].'],
  ] as const;
  for (const [attempt, message] of wrong) {
    await assert.rejects(attempt, { name: 'RangeError', message });
  }
  const broken = { ...loss, evaluate: () => Promise.resolve({ loss: NaN }), gradient: () => Promise.resolve({ loss: NaN, gradient: PlainVector.of(1, 1, 1) }) };
  await assert.rejects(worstCaseSharpness(broken, zero, { rho: 0.1, seed: 0 }), { message: /^worstCaseSharpness: expected a finite loss at the weights, got NaN/ });
});
