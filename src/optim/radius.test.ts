import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { expectAllClose } from '../testing/expectAllClose';
import { matchedRadius, matchingTwoNorm, rhoAt } from './radius';
import { sam } from './sam';
import { perturb } from './testing/rule';

test('four coordinates of half the radius have the 2-norm rho, and a 1-norm of twice the radius', () => {
  const vector = PlainVector.of(0, 0, 0, 0);
  assert.deepEqual([Infinity, 2, 1].map((p) => matchedRadius(0.1, vector, p)), [0.05, 0.1, 0.2]);
});

test("ResNet-50's 23,528,522 parameters: 0.05 is 1.03e-5 for each coordinate", () => {
  const specs = [{ name: 'w', kind: 'weight', shape: [23_528_522] }] as const;
  assert.ok(Math.abs(matchedRadius(0.05, { specs } as unknown as PlainVector, Infinity) - 1.0308e-5) < 1e-9);
});

test('a rule with a matched radius fills the ball of the 2-norm where elements are equally large', () => {
  const found = perturb(matchingTwoNorm(sam({ p: Infinity }), Infinity), { parameters: PlainVector.of(0, 0), gradient: PlainVector.of(7, -1), rho: 0.1 });
  expectAllClose(found, [0.1 / Math.SQRT2, -0.1 / Math.SQRT2], { relative: 1e-12 });
});

test('the radius over a run', () => {
  const at = { progress: 0.25, rateShare: 0.6 };
  assert.deepEqual((['constant', 'rising', 'falling', 'learningRate'] as const).map((schedule) => rhoAt(0.2, schedule, at)), [0.2, 0.05, 0.2 * 0.75, 0.12]);
});
