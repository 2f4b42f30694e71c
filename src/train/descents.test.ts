import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFixture } from '../testing/fixture';
import { smallNetwork } from '../testing/smallNetwork';
import { distance, expectWalk, toleranceOf, type WalkFixture, type WalkMethod } from './testing/walk';

const model = smallNetwork();
/** make_descents.py */
const fixture = readFixture('descents.json') as WalkFixture;
const RHO = 0.2;

/** The settings of each of the fixture's walks. A step is an epoch of a run of three. */
const METHODS: Readonly<Record<string, WalkMethod>> = {
  sam: { method: 'sam', rho: RHO },
  gsam: { method: 'gsam', rho: RHO },
  'gsam, alpha = 2': { method: 'gsam', rho: RHO, gsamAlpha: 2 },
  wsam: { method: 'wsam', rho: RHO },
  'wsam, gamma = 0.6': { method: 'wsam', rho: RHO, wsamGamma: 0.6 },
  'wsam, not decoupled': { method: 'wsam', rho: RHO, wsamGamma: 0.8, wsamDecoupled: false },
  friendlySam: { method: 'friendlySam', rho: RHO },
  'friendlySam, sigma = 0.5, lambda = 0.6': { method: 'friendlySam', rho: RHO, friendlySigma: 0.5, friendlyLambda: 0.6 },
  saner: { method: 'saner', rho: RHO },
  'saner, alpha = 1, over two steps': { method: 'saner', rho: RHO, sanerAlpha: 1, sanerRampEpochs: 2 },
};

test('the fixture and the settings name the same methods', () => {
  assert.deepEqual(Object.keys(METHODS), Object.keys(fixture.walks));
});

test('no method passes for another: walks differ by more than twice the tolerance', () => {
  for (const [name, walk] of Object.entries(fixture.walks)) {
    for (const [other, otherWalk] of Object.entries(fixture.walks)) {
      assert.ok(name === other || distance(walk, otherWalk) > 2 * toleranceOf(fixture), `${name} and ${other}: ${distance(walk, otherWalk)}, allowed ${toleranceOf(fixture)}`);
    }
  }
});

for (const [name, method] of Object.entries(METHODS)) {
  test(`three steps of ${name} on a small network are PyTorch's: losses, weights, running statistics`, () => {
    expectWalk(model, fixture, name, method);
  });
}
