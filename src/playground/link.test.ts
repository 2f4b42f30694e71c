import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLink, writeLink, type PlaygroundState } from './link';
import { LANDSCAPES, landscapeOf } from './losses';
import { METHODS } from './methods';
import { acceptedNumber, FIRST_SETTINGS, RANGES, settingsOf, withinWindow, type NumberSetting } from './settings';

/** A random valid number for a setting. */
function numberIn(setting: NumberSetting): fc.Arbitrary<number> {
  const { least, most, whole } = RANGES[setting];
  return whole ? fc.integer({ min: least, max: most }) : fc.double({ min: least, max: most, noNaN: true }).map((value) => value + 0);
}

const STATES: fc.Arbitrary<PlaygroundState> = fc
  .record({
    landscape: fc.constantFrom(...LANDSCAPES.map(({ id }) => id)),
    methods: fc.subarray(METHODS.map(({ id }) => id)),
    share: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    rho: numberIn('rho'), learningRate: numberIn('learningRate'), momentum: numberIn('momentum'), noise: numberIn('noise'),
    seed: numberIn('seed'), innerSteps: numberIn('innerSteps'), steps: numberIn('steps'), progress: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ share: [across, up], progress, ...settings }) => {
    const { xRange, yRange } = landscapeOf(settings.landscape);
    const start = withinWindow([xRange[0] + across * (xRange[1] - xRange[0]), yRange[0] + up * (yRange[1] - yRange[0])], { xRange, yRange });
    return { settings: { ...settings, start }, at: Math.round(progress * settings.steps) };
  });

test('a link restores every setting to the last bit', () => {
  fc.assert(fc.property(STATES, (state) => {
    assert.deepEqual(readLink(`#${writeLink(state)}`), { ...state, problems: [] });
  }));
});

test('a link reads as it is written', () => {
  const state = { settings: { ...settingsOf('saddle'), rho: 0.1 + 0.2 }, at: 7 };
  assert.equal(writeLink(state), 'loss=saddle&methods=sgd,sam&start=-2.1,0.03&rho=0.30000000000000004&rate=0.08&momentum=0&noise=0&seed=0&inner=5&steps=200&at=7');
});

test('an empty link gives the descent of Figure 1, looked at from its end', () => {
  assert.deepEqual(readLink(''), { settings: FIRST_SETTINGS, at: 200, problems: [] });
});

test('missing settings come from the landscape', () => {
  assert.deepEqual(readLink('#loss=valley&rho=0.5').settings, { ...settingsOf('valley'), rho: 0.5 });
  assert.deepEqual(readLink('#methods=').settings.methods, []);
});

test('invalid settings are reported and replaced', () => {
  const { settings, at, problems } = readLink('#loss=hill&methods=sgd,adam&start=9,0&rho=-1&rate=&momentum=1&seed=1.5&steps=20&at=21&colour=red');
  assert.deepEqual({ settings, at }, { settings: { ...FIRST_SETTINGS, steps: 20 }, at: 20 });
  assert.deepEqual(problems, [
    '"colour" is not a setting.',
    'loss: expected one of sharp-and-flat, valley, saddle, basins, bowl, got "hill".',
    'methods: expected some of sgd, sam, fgsm, mi-fgsm, asam, msam, got "sgd,adam".',
    'start: expected two numbers within the picture, got "9,0".',
    'rho: expected a number from 0 to 1, got "-1".',
    'rate: expected a number from 0.005 to 0.6, got "".',
    'momentum: expected a number from 0 to 0.99, got "1".',
    'seed: expected a whole number from 0 to 9999, got "1.5".',
    'at: expected a step from 0 to 20, got "21".',
  ]);
});

test('every landscape opens with settings that a link can hold', () => {
  for (const { id } of LANDSCAPES) {
    for (const setting of Object.keys(RANGES) as NumberSetting[]) {
      assert.equal(acceptedNumber(setting, String(settingsOf(id)[setting])), settingsOf(id)[setting], `${id}, ${setting}`);
    }
  }
});
