import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DATA_SETS } from './data';
import { EXAMPLES, FIRST_EXAMPLE } from './examples';
import { readNetLink, writeNetLink, type NetState } from './link';
import { NET_METHODS } from './methods';
import { CONTENDERS, fitting, LAYERS, NET_RANGES, nearestGroup, WIDTHS, type NetNumber } from './settings';
import { SPEEDS } from './speed';

/** A random valid number for a setting. */
function numberIn(setting: NetNumber): fc.Arbitrary<number> {
  const { least, most, whole } = NET_RANGES[setting];
  return whole ? fc.integer({ min: least, max: most }) : fc.double({ min: least, max: most, noNaN: true }).map((value) => value + 0);
}

const NUMBERS = Object.fromEntries((Object.keys(NET_RANGES) as NetNumber[]).map((setting) => [setting, numberIn(setting)])) as Record<NetNumber, fc.Arbitrary<number>>;

const STATES: fc.Arbitrary<NetState> = fc
  .record({
    data: fc.constantFrom(...DATA_SETS.map(({ id }) => id)),
    hidden: fc.array(fc.integer({ min: WIDTHS.least, max: WIDTHS.most }), { minLength: LAYERS.least, maxLength: LAYERS.most }),
    activation: fc.constantFrom('tanh' as const, 'relu' as const),
    methods: fc.subarray(NET_METHODS.map(({ id }) => id), { minLength: CONTENDERS.least, maxLength: CONTENDERS.most }),
    progress: fc.double({ min: 0, max: 1, noNaN: true }),
    speed: fc.constantFrom(...SPEEDS.map(({ id }) => id)),
    ...NUMBERS,
  })
  .map(({ progress, speed, ...settings }) => ({ settings: fitting(settings), at: Math.round(progress * settings.steps), speed }));

test('a link restores every setting to the last bit', () => {
  fc.assert(fc.property(STATES, (state) => {
    assert.deepEqual(readNetLink(`#${writeNetLink(state)}`), { ...state, problems: [] });
  }));
});

test('a link reads as it is written', () => {
  const settings = { ...FIRST_EXAMPLE, rho: 0.1 + 0.2, hidden: [8, 16], batch: 20, group: 5 };
  assert.match(writeNetLink({ settings, at: 7, speed: 'slow' }), /^data=moons&net=8,16&act=tanh&methods=sgd,sam&points=100&.*&rho=0\.30000000000000004&rate=.*&batch=20&m=5&inner=1&seed=0&steps=\d+&speed=slow&at=7$/);
});

test('an empty link is the first example before its first step; missing settings come from it, and m is the batch', () => {
  assert.deepEqual(readNetLink(''), { settings: FIRST_EXAMPLE, at: 0, speed: 'fastest', problems: [] });
  const { settings, problems } = readNetLink('#batch=20&rho=0.25');
  assert.deepEqual([settings, problems], [{ ...FIRST_EXAMPLE, rho: 0.25, batch: 20, group: 20 }, []]);
});

test('each impossible setting is named, and the nearest possible one is taken', () => {
  const { settings, at, speed, problems } = readNetLink('#data=circles&net=2,70,8,8&act=gelu&methods=sgd,adam,sam,asam,msam,saner&points=1000&noise=x&wrong=0.9&rho=-1&rate=&momentum=1&batch=30&m=7&inner=2.4&steps=200&at=500&speed=warp&colour=red');
  assert.deepEqual(settings, {
    ...FIRST_EXAMPLE, hidden: [4, 64, 8], methods: ['sgd', 'sam', 'asam', 'msam'], points: 500, wrong: 0.5, rho: 0, momentum: 0.99, batch: 30, group: 6, innerSteps: 2, steps: 200,
  });
  assert.deepEqual([at, speed], [200, 'fastest']);
  const methods = NET_METHODS.map(({ id }) => id).join(', ');
  assert.deepEqual(problems, [
    '"colour" is not a setting.',
    'data: expected one of moons, spirals, rings, clouds, got "circles"; this starts from moons.',
    'net: expected 1 to 3 layers of 4 to 64 units, such as 32,32, got "2,70,8,8"; this starts from 4,64,8.',
    'act: expected one of tanh, relu, got "gelu"; this starts from tanh.',
    `methods: expected 2 to 4 of ${methods}, got "sgd,adam,sam,asam,msam,saner"; this starts from sgd,sam,asam,msam.`,
    'points: expected a whole number from 20 to 500, got "1000"; this starts from 500.',
    `noise: expected a number from 0 to 0.6, got "x"; this starts from ${FIRST_EXAMPLE.noise}.`,
    'wrong: expected a number from 0 to 0.5, got "0.9"; this starts from 0.5.',
    'rho: expected a number from 0 to 3, got "-1"; this starts from 0.',
    `rate: expected a number from 0.005 to 1, got ""; this starts from ${FIRST_EXAMPLE.learningRate}.`,
    'momentum: expected a number from 0 to 0.99, got "1"; this starts from 0.99.',
    'inner: expected a whole number from 1 to 10, got "2.4"; this starts from 2.',
    'm: expected a number that divides the batch of 30, got "7"; this starts from 6.',
    'speed: expected one of slow, steady, fast, fastest, got "warp"; this starts from fastest.',
    'at: expected a whole number from 0 to 200, got "500"; this starts from 200.',
  ]);
});

test('a batch larger than the data, a single method, and unknown methods', () => {
  assert.deepEqual(readNetLink('#points=40&batch=90').problems, ['batch: a batch of 90 does not fit into 40 points; this starts from 40.']);
  assert.deepEqual(readNetLink('#points=40&batch=90').settings.group, 40);
  assert.deepEqual(readNetLink('#points=40').problems, [], 'a batch that nobody asked for just fits');
  assert.deepEqual(readNetLink('#methods=sgd').settings.methods, ['sgd', 'sam']);
  for (const methods of ['sam,foo', 'sgd,sgd']) {
    assert.equal(readNetLink(`#methods=${methods}`).problems.length, 1, methods);
  }
  assert.deepEqual(readNetLink('#methods=asam').settings.methods, ['sgd', 'asam']);
  assert.deepEqual(readNetLink('#methods=adam,lion').settings.methods, FIRST_EXAMPLE.methods);
  assert.equal(readNetLink('#methods=adam').problems.length, 1);
});

test('the nearest group divides the batch', () => {
  assert.deepEqual([nearestGroup(12, 5), nearestGroup(12, 12), nearestGroup(7, 3), nearestGroup(100, 33)], [4, 12, 1, 25]);
});

test('the examples are possible settings with different names', () => {
  EXAMPLES.forEach(({ settings }) => {
    const state = { settings, at: settings.steps, speed: 'fastest' as const };
    assert.deepEqual(readNetLink(writeNetLink(state)), { ...state, problems: [] });
  });
  assert.equal(new Set(EXAMPLES.map(({ id }) => id)).size, EXAMPLES.length);
});
