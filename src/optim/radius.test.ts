import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { matchedRadius, matchingTwoNorm, rhoAt } from './radius';
import { sam } from './sam';
import { perturb } from './testing/rule';

refusesWrong<typeof matchedRadius>(
  'four coordinates of half the radius have the 2-norm rho, and a 1-norm of twice the radius',
  (radius) => assert.deepEqual([Infinity, 2, 1].map((p) => radius(0.1, PlainVector.of(0, 0, 0, 0), p)), [0.05, 0.1, 0.2]),
  matchedRadius,
  {
    'has the square root upside down': (rho, vector, p) => rho ** 2 / matchedRadius(rho, vector, p),
    'keeps the radius': (rho) => rho,
  },
);

test("ResNet-50's 23,528,522 parameters: 0.05 is 1.03e-5 for each coordinate", () => {
  const specs = [{ name: 'w', kind: 'weight', shape: [23_528_522] }] as const;
  assert.ok(Math.abs(matchedRadius(0.05, { specs } as unknown as PlainVector, Infinity) - 1.0308e-5) < 1e-9);
});

test('a rule with a matched radius reaches the surface of the 2-norm ball where elements are equally large', () => {
  const found = perturb(matchingTwoNorm(sam({ p: Infinity }), Infinity), { parameters: PlainVector.of(0, 0), gradient: PlainVector.of(7, -1), rho: 0.1 });
  expectAllClose(found, [0.1 / Math.SQRT2, -0.1 / Math.SQRT2], { relative: 1e-12 });
});

refusesWrong<typeof rhoAt>(
  'the radius over a run',
  (at) => assert.deepEqual((['constant', 'rising', 'falling', 'learningRate'] as const).map((schedule) => at(0.2, schedule, { progress: 0.25, rateShare: 0.6 })), [0.2, 0.05, 0.2 * 0.75, 0.12]),
  rhoAt,
  {
    'rises where it should fall': (rho, schedule, at) => rhoAt(rho, schedule === 'falling' ? 'rising' : schedule, at),
    'stays': (rho) => rho,
  },
);
