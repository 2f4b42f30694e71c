import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawParticipation } from './participation';

test('the selected clients are distinct and in order; each of them fails or answers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.99, noNaN: true }), fc.integer(), fc.integer({ min: 1, max: 999 }), (clients, share, dropOut, seed, round) => {
      const activeClients = Math.max(1, Math.round(share * clients));
      const { asked, failed, answering } = drawParticipation({ activeClients, dropOut, seed }, clients, round);
      assert.equal(new Set(asked).size, activeClients);
      assert.ok(asked.every((client, index) => client >= 0 && client < clients && (index === 0 || client > asked[index - 1]!)));
      assert.deepEqual([...failed, ...answering].sort((a, b) => a - b), asked);
      assert.deepEqual(drawParticipation({ activeClients, dropOut, seed }, clients, round), { asked, failed, answering });
    }),
  );
});

test('without drop-out all selected clients answer, and all are selected if there are no more', () => {
  const { asked, failed, answering } = drawParticipation({ activeClients: 5, dropOut: 0, seed: 1 }, 5, 3);
  assert.deepEqual({ asked, failed, answering }, { asked: [0, 1, 2, 3, 4], failed: [], answering: [0, 1, 2, 3, 4] });
});

test('clients are selected equally often, and fail with the drop-out probability', () => {
  const rounds = 4000;
  const asked = new Array<number>(10).fill(0);
  let failed = 0;
  for (let round = 1; round <= rounds; round++) {
    const drawn = drawParticipation({ activeClients: 3, dropOut: 0.25, seed: 7 }, 10, round);
    drawn.asked.forEach((client) => asked[client]!++);
    failed += drawn.failed.length;
  }
  // Binomial: 1200 of 4000 with deviation 29, and 3000 of 12000 with deviation 47. Five deviations.
  assert.ok(asked.every((count) => Math.abs(count - 1200) < 145), asked.join(', '));
  assert.ok(Math.abs(failed - 3000) < 237, `${failed}`);
});

test('seed and round decide who takes part', () => {
  const draw = (seed: number, round: number): readonly number[] => drawParticipation({ activeClients: 10, dropOut: 0, seed }, 1000, round).asked;
  assert.notDeepEqual(draw(1, 1), draw(1, 2));
  assert.notDeepEqual(draw(1, 1), draw(2, 1));
});
