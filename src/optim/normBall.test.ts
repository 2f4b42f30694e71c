import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaleTo } from '../engine/scaling';
import { PlainVector } from '../engine/plainVector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { ascentStep, project, steepest } from './normBall';

function elementsOf(vector: PlainVector): number[] {
  return [...vector.elements[0]!];
}

function expectProjection(projection: typeof project): void {
  expectAllClose(elementsOf(projection(PlainVector.of(3, -4), { p: 2, radius: 1 })), [0.6, -0.8], { relative: 1e-12 });
  assert.deepEqual(elementsOf(projection(PlainVector.of(3, -4), { p: 2, radius: 10 })), [3, -4]);
  assert.deepEqual(elementsOf(projection(PlainVector.of(3, -0.5), { p: Infinity, radius: 1 })), [1, -0.5]);
}

refusesWrong('the nearest point of a ball: shortened to its length, or clipped; points within stay', expectProjection, project, {
  'scales up points within': (point, ball) => (ball.p === 2 ? scaleTo(point, point.norm(), ball.radius) : project(point, ball)),
  'leaves points outside': (point) => point.clone(),
  'clips at twice the radius': (point, ball) => project(point, ball.p === 2 ? ball : { ...ball, radius: 2 * ball.radius }),
});

function expectStep(step: typeof ascentStep): void {
  // From (0, 1) by 1 along (3, 4) / 5 to (0.6, 1.8), of length sqrt 3.6.
  const [eps, along] = [PlainVector.of(0, 1), PlainVector.of(3, 4)];
  expectAllClose(elementsOf(step(eps, along, { p: 2, radius: Infinity }, 1)), [0.6, 1.8], { relative: 1e-12 });
  expectAllClose(elementsOf(step(eps, along, { p: 2, radius: 1 }, 1)), [0.6, 1.8].map((element) => element / Math.sqrt(3.6)), { relative: 1e-12 });
  assert.deepEqual(elementsOf(step(eps, along, { p: Infinity, radius: 1.5 }, 1)), [1, 1.5]);
}

refusesWrong('a step of projected steepest ascent by hand', expectStep, ascentStep, {
  'forgets the projection': (eps, direction, ball, length) => ascentStep(eps, direction, { ...ball, radius: Infinity }, length),
  'steps along the gradient whatever its length': (eps, direction, ball, length) => project(eps.plus(direction, length), { ...ball, radius: Math.min(ball.radius, 1e9) }),
  'does not return to w': (eps, direction, ball, length) => ascentStep(eps.zeros(), direction, ball, length),
});

test('a zero gradient has no direction', () => {
  for (const p of [2, Infinity]) {
    assert.deepEqual(elementsOf(steepest(PlainVector.of(0, 0), p)), [0, 0]);
  }
});
