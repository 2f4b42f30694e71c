import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFixture } from '../testing/fixture';
import { smallNetwork } from '../testing/smallNetwork';
import { distance, expectWalk, toleranceOf, type WalkFixture, type WalkMethod } from './testing/walk';

const model = smallNetwork();
/** make_adamw.py */
const fixture = (readFixture('adamw.json') as { readonly network: WalkFixture & { readonly epsilon: number } }).network;
const RHO = 0.2;
const CLIP = 0.3;

const WALKS: Readonly<Record<string, WalkMethod>> = {
  adamw: { method: 'sgd' },
  clipped: { method: 'sgd', clipNorm: CLIP },
  sam: { method: 'sam', rho: RHO },
  'sam, clipped': { method: 'sam', rho: RHO, clipNorm: CLIP },
  wsam: { method: 'wsam', rho: RHO },
  msam: { method: 'msam', rho: RHO },
};

test('the fixture and the settings name the same walks, which differ by more than twice the tolerance', () => {
  assert.deepEqual(Object.keys(WALKS), Object.keys(fixture.walks));
  for (const [name, walk] of Object.entries(fixture.walks)) {
    for (const [other, otherWalk] of Object.entries(fixture.walks)) {
      assert.ok(name === other || distance(walk, otherWalk) > 2 * toleranceOf(fixture), `${name} and ${other}: ${distance(walk, otherWalk)}, allowed ${toleranceOf(fixture)}`);
    }
  }
});

for (const [name, method] of Object.entries(WALKS)) {
  test(`three steps around AdamW on a small network are PyTorch's: ${name}`, () => {
    expectWalk(model, fixture, name, { ...method, optimizer: 'adamw', adamEpsilon: fixture.epsilon });
  });
}
