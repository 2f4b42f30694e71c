import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeRounds, type RoundLimits, type Timed } from './rounds';

const LIMITS: RoundLimits = { least: 6, most: 10, minutes: 60, width: 0.05 };

/** Seconds of each round, the last value for all later ones; records when it is timed. */
function timed(name: string, order: string[], ...seconds: readonly number[]): Timed {
  let round = 0;
  return { name, take: () => (order.push(name), seconds[Math.min(round++, seconds.length - 1)]!) };
}

const NOISE = [1, 2, 1, 2, 1, 2];

test('everything is timed once a round, in turn from either end', async () => {
  const order: string[] = [];
  const { samples } = await takeRounds([timed('a', order, 1), timed('b', order, 2), timed('c', order, 3)], LIMITS, () => []);
  assert.equal(order.join(''), 'abccba'.repeat(3));
  assert.deepEqual([...samples], [['a', Array(6).fill(1)], ['b', Array(6).fill(2)], ['c', Array(6).fill(3)]]);
});

test('a drift that both sides share leaves their ratio narrow, and no further round is made', async () => {
  const order: string[] = [];
  const drift = [1, 2, 4, 8, 16, 32];
  const pairs = [{ above: 'a', below: 'b' }];
  const { samples, endings } = await takeRounds([timed('a', order, ...drift), timed('b', order, ...drift.map((seconds) => 2 * seconds))], LIMITS, () => pairs);
  assert.equal(samples.get('a')!.length, 6);
  assert.deepEqual(endings, [{ above: 'a', below: 'b', ending: 'narrow' }]);
});

test('a ratio with a wide interval continues until it is narrow or the rounds are over; timings that no such ratio needs stop', async () => {
  const order: string[] = [];
  // Of a / c the noise ends after six rounds, so that of eleven ratios of 1 or 2 the middle ones become 1; b stays noisy.
  const all = [timed('a', order, 1), timed('b', order, ...NOISE, ...NOISE, ...NOISE), timed('c', order, ...NOISE, 1), timed('d', order, 1)];
  const pairs = [{ above: 'a', below: 'b' }, { above: 'a', below: 'c' }, { above: 'a', below: 'd' }];
  const { samples, endings } = await takeRounds(all, { ...LIMITS, most: 18 }, () => pairs);
  assert.deepEqual(endings.map(({ ending }) => ending), ['rounds', 'narrow', 'narrow']);
  // a / c has 3 halves among n ratios: [x(k + 1), x(n - k)] is without them once k = 3, which is so from n = 15 on.
  assert.deepEqual([...samples.values()].map(({ length }) => length), [18, 18, 15, 6]);
});

test('minutes end it between two rounds, never before the least number of them', async () => {
  const order: string[] = [];
  const all = [timed('a', order, 1), timed('b', order, ...NOISE, ...NOISE)];
  const clock = (minutes: number) => (): number => (order.length / 2) * minutes;
  const run = (minutes: number): ReturnType<typeof takeRounds> => (order.splice(0), takeRounds(all, LIMITS, () => [{ above: 'a', below: 'b' }], clock(minutes)));
  const few = await run(30);
  assert.deepEqual([few.endings[0]!.ending, order.length / 2], ['minutes', 6]);
  const some = await run(60 / 8);
  assert.deepEqual([some.endings[0]!.ending, order.length / 2], ['minutes', 8]);
});

test('limits that no interval can come of are refused before anything is timed', async () => {
  const order: string[] = [];
  const refused = async (limits: Partial<RoundLimits>, message: RegExp): Promise<void> => {
    await assert.rejects(takeRounds([timed('a', order, 1)], { ...LIMITS, ...limits }, () => []), message);
  };
  await refused({ least: 5 }, /expected 6 rounds or more/);
  await refused({ most: 5 }, /got 6 and 5/);
  await refused({ width: 0 }, /got 60 and 0/);
  await refused({ minutes: NaN }, /got NaN and/);
  assert.deepEqual(order, []);
});
