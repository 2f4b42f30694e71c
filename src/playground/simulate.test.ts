import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random } from '../engine/random';
import { descend } from '../planar/descent';
import { landscapeOf } from './losses';
import { METHODS } from './methods';
import { settingsOf, type PlaygroundSettings } from './settings';
import { riseWithin, simulate } from './simulate';

const BOWL: PlaygroundSettings = { ...settingsOf('bowl'), momentum: 0, learningRate: 0.1, start: [1, 1] };

function assertNear(actual: readonly number[], expected: readonly number[]): void {
  assert.ok(actual.length === expected.length && actual.every((value, index) => Math.abs(value - expected[index]!) < 1e-12), `${actual.join(', ')} instead of ${expected.join(', ')}`);
}

test('SGD and SAM take the steps of the descent in Figure 1, to the last bit', () => {
  const settings = settingsOf('sharp-and-flat');
  const [sgd, sam] = simulate(settings);
  const { planar } = landscapeOf('sharp-and-flat');
  assert.deepEqual(sgd!.points, descend(planar, { ...settings, rho: 0 }));
  assert.deepEqual(sam!.points, descend(planar, settings));
});

test('a step of each method is that of hand arithmetic', () => {
  // L = 0.2 x² + 2 y² at (1, 1): g = (0.4, 4). With w + eps = (x, y) the step ends at (1, 1) - 0.1 (0.4 x, 4 y).
  const rho = 0.5;
  const length = Math.hypot(0.4, 4);
  // T = 1.01 in both coordinates, so eps = rho T² g / (T |g|).
  const sam = [1 + (rho * 0.4) / length, 1 + (rho * 4) / length] as const;
  const asam = [1 + (1.01 * rho * 0.4) / length, 1 + (1.01 * rho * 4) / length] as const;
  const corner = 1 + rho / Math.SQRT2;
  // MSAM has no momentum before its first step, which is SGD's.
  const probes = { sgd: [1, 1], sam, fgsm: [corner, corner], 'mi-fgsm': [corner, corner], asam, msam: [1, 1] } as const;
  for (const run of simulate({ ...BOWL, rho, innerSteps: 2, steps: 1, methods: METHODS.map(({ id }) => id) })) {
    const [x, y] = probes[run.method];
    const end = run.points[1]!;
    assertNear([end.x, end.y], [1 - 0.04 * x, 1 - 0.4 * y]);
    const last = run.probes[0]!.at(-1);
    assertNear(last ?? [1, 1], [x, y]);
  }
});

test('the perturbations that are drawn are those of the step: one for SAM, as many as inner steps for FGSM', () => {
  const runs = simulate({ ...BOWL, rho: 0.4, innerSteps: 3, steps: 4, methods: ['sgd', 'sam', 'fgsm'] });
  assert.deepEqual(runs.map(({ probes }) => probes.map(({ length }) => length)), [[0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [3, 3, 3, 3, 3]]);
  assert.deepEqual(runs.map(({ gradientEvaluations }) => gradientEvaluations), [[0, 1, 2, 3, 4], [0, 2, 4, 6, 8], [0, 4, 8, 12, 16]]);
  const { points, probes } = runs[1]!;
  points.forEach(({ x, y }, step) => assertNear([Math.hypot(probes[step]![0]![0] - x, probes[step]![0]![1] - y)], [0.4]));
});

test('the method with momentum looks ahead along it, from the second step on', () => {
  const [run] = simulate({ ...BOWL, momentum: 0.5, rho: 0.2, steps: 2, methods: ['msam'] });
  assert.deepEqual(run!.probes[0], []);
  // v = g = (0.4, 4) after the first step.
  const { x, y } = run!.points[1]!;
  const length = Math.hypot(0.4, 4);
  assertNear(run!.probes[1]![0]!, [x - (0.2 * 0.4) / length, y - (0.2 * 4) / length]);
});

test('noise tilts the landscape: the same tilt for all methods and for all gradients of a step', () => {
  const settings: PlaygroundSettings = { ...BOWL, rho: 0, noise: 0.7, seed: 5, steps: 3, methods: ['sgd', 'sam'] };
  const [sgd, sam] = simulate(settings);
  assert.deepEqual(sam!.points, sgd!.points, 'with rho = 0 SAM is SGD');
  const rng = random(5, 'playground', 0);
  const tilt = [rng.normal(), rng.normal()];
  const end = sgd!.points[1]!;
  assertNear([end.x, end.y], [1 - 0.1 * (0.4 + 0.7 * tilt[0]!), 1 - 0.1 * (4 + 0.7 * tilt[1]!)]);
  assert.equal(end.loss, landscapeOf('bowl').planar.loss(end.x, end.y), 'the loss that is shown has no noise');
  assert.deepEqual(simulate(settings), simulate(settings));
  assert.notDeepEqual(simulate({ ...settings, seed: 6 })[0]!.points, sgd!.points);
});

test('a run that diverges ends with the last point within a distance of 1000', () => {
  const [run] = simulate({ ...BOWL, learningRate: 0.6, steps: 100, methods: ['sgd'] });
  // |1 - 0.6 · 4| = 1.4 a step: 1.4^20 = 837 and 1.4^21 = 1171.
  assert.deepEqual([run!.diverged, run!.points.length, run!.probes.length], [true, 21, 21]);
});

test('the largest increase within rho matches closed forms', () => {
  const { planar } = landscapeOf('bowl');
  assertNear([riseWithin(planar, [0, 0], 0.5)], [2 * 0.25]);
  // Straight up from (0, 1): 2 (1.5² - 1).
  assertNear([riseWithin(planar, [0, 1], 0.5)], [2.5]);
  assert.equal(riseWithin(planar, [0.3, 0.2], 0), 0);
  assert.equal(riseWithin({ loss: (x, y) => -x * x - y * y, gradient: (x, y) => [-2 * x, -2 * y] }, [0, 0], 1), 0, 'nowhere higher');
});
