import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossCurveSection } from '../figures/lossCurveSection';
import { lossContour } from '../figures/lossSurface';
import { isThreeDimensional } from '../figures/specification';
import { descend, stepVectors } from '../../planar/descent';
import { figure1, figure1Section, FIGURE_1_DESCENT, figure2 } from './figures';
import { bowlWithWells, sampleGrid, SHARP_AND_FLAT } from '../../planar/planarLoss';

/** L = x² + 2 y², by hand. */
const BOWL = { loss: (x: number, y: number) => x ** 2 + 2 * y ** 2, gradient: (x: number, y: number) => [2 * x, 4 * y] as const };

function assertNear(actual: readonly number[], expected: readonly number[]): void {
  assert.ok(actual.length === expected.length && actual.every((value, index) => Math.abs(value - expected[index]!) < 1e-12), `${actual.join(', ')} instead of ${expected.join(', ')}`);
}

test('a descent with momentum takes the steps that hand arithmetic takes', () => {
  // From (1, 1): g = (2, 4), v = g, w = (0.8, 0.6). Then g = (1.6, 2.4), v = 0.5 v + g = (2.6, 4.4), w = (0.54, 0.16).
  const path = descend(BOWL, { start: [1, 1], rho: 0, learningRate: 0.1, momentum: 0.5, steps: 2 });
  assertNear(path.flatMap(({ x, y, loss }) => [x, y, loss]), [1, 1, 3, 0.8, 0.6, 0.64 + 0.72, 0.54, 0.16, 0.2916 + 0.0512]);
});

test('the vectors of a step are those of hand arithmetic', () => {
  // At (1.5, 1): g = (3, 4), |g| = 5; rho = 0.5 gives eps = (0.3, 0.4), gradient there (3.6, 5.6).
  const step = stepVectors(BOWL, [1.5, 1], { rho: 0.5, learningRate: 0.1 });
  assertNear([...step.gradient, ...step.perturbation, ...step.perturbedGradient], [3, 4, 0.3, 0.4, 3.6, 5.6]);
  assertNear([...step.sgdEnd, ...step.samEnd], [1.2, 0.6, 1.5 - 0.36, 1 - 0.56]);
});

test('the gradient of the wells is that of their loss', () => {
  const h = 1e-5;
  for (const [x, y] of [[0, 0], [-0.35, 0.5], [1.2, -0.7], [-1.6, 0.9]] as const) {
    const slope = [(SHARP_AND_FLAT.loss(x + h, y) - SHARP_AND_FLAT.loss(x - h, y)) / (2 * h), (SHARP_AND_FLAT.loss(x, y + h) - SHARP_AND_FLAT.loss(x, y - h)) / (2 * h)];
    const gradient = SHARP_AND_FLAT.gradient(x, y);
    // The error of a central difference is h² / 6 times a third derivative, which is below 500 here: 1e-8.
    assert.ok(slope.every((value, index) => Math.abs(value - gradient[index]!) < 1e-7), `at ${x}, ${y}: ${gradient.join(', ')} instead of ${slope.join(', ')}`);
  }
});

test('a grid holds the loss row by row', () => {
  const grid = sampleGrid(bowlWithWells([], 2), [0, 2], [1, 3], 3);
  // bowl / 2 |w|² = x² + y²
  assert.deepEqual(grid, { x: [0, 1, 2], y: [1, 2, 3], z: [[1, 2, 5], [4, 5, 8], [9, 10, 13]] });
});

test('the picture of Figure 1 shows SGD in the deeper, sharp minimum and SAM in the flat one', () => {
  const { contour, surface } = figure1();
  const paths = contour.data.filter((trace) => 'name' in trace) as { name: string; x: number[]; y: number[] }[];
  assert.deepEqual(paths.map((path) => path.name), ['SGD (no SAM)', 'SAM']);
  const [sgd, sam] = paths.map((path) => [path.x.at(-1)!, path.y.at(-1)!] as const);
  assert.ok(Math.hypot(sgd![0] + 0.3, sgd![1] - 0.6) < 0.05, `SGD ends at ${sgd!.join(', ')}`);
  assert.ok(Math.hypot(sam![0] - 0.9, sam![1] + 0.3) < 0.2, `SAM ends at ${sam!.join(', ')}`);
  assert.ok(SHARP_AND_FLAT.loss(...sgd!) < SHARP_AND_FLAT.loss(...sam!));
  assert.deepEqual([isThreeDimensional(surface), isThreeDimensional(contour)], [true, false]);
  assert.equal(paths[0]!.x.length, FIGURE_1_DESCENT.steps + 1);
});

test('Figure 2 draws the SAM step as the gradient at w + eps moved back to w', () => {
  const arrows = figure2().data.filter((trace) => 'name' in trace) as { name: string; x: [number, number]; y: [number, number] }[];
  const vector = (name: string): readonly number[] => {
    const arrow = arrows.find((candidate) => candidate.name.startsWith(name))!;
    return [arrow.x[1] - arrow.x[0], arrow.y[1] - arrow.y[0]];
  };
  const [sam, moved] = [vector('SAM step'), vector('At w + ε')];
  assertNear(sam, moved);
  // The ascent goes up, opposite to the step of SGD.
  const [ascend, sgd] = [vector('Ascent'), vector('SGD step')];
  assertNear([ascend[0]! * sgd[1]! - ascend[1]! * sgd[0]!], [0]);
  assert.ok(ascend[0]! * sgd[0]! < 0);
});

test('the cut goes through both minima: the gradient is zero at each mark, which is 0 where the loss along the line is lowest', () => {
  const [loss, , marks] = figure1Section().data as { x: number[]; y: number[] }[];
  assert.equal(marks!.x[0], 0);
  // By Newton's method on the closed form.
  assert.ok(Math.abs(marks!.x[1]! - 1.39533795) < 1e-7, `${marks!.x[1]}`);
  marks!.x.forEach((place, index) => {
    const near = loss!.y.filter((_, point) => Math.abs(loss!.x[point]! - place) < 0.2);
    assert.ok(near.every((value) => value >= marks!.y[index]! - 1e-12));
  });
});

test('the largest loss within rho is nowhere below the loss', () => {
  const [loss, worst] = figure1Section().data as { y: number[] }[];
  assert.ok(loss!.y.every((value, index) => worst!.y[index]! >= value - 1e-12));
});

test('grids and curves that do not fit are refused', () => {
  const text = { title: 'a', caption: 'b', axes: { x: '', y: '', z: '' }, paths: [] };
  assert.throws(() => lossContour({ ...text, grid: { x: [1, 2], y: [1], z: [[1]] } }), /lossContour: expected z as 1 rows of 2 numbers, got 1 rows of 1\./);
  assert.throws(() => lossCurveSection({ ...text, distance: [1, 2], curves: [{ name: 'c', loss: [1] }], marks: [] }), /expected 2 losses for "c", one for each distance, got 1/);
});
