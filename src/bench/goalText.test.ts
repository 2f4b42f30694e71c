import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measuredText, roundsText, verdictText } from './goalText';
import type { Goal } from './result';

const GOAL: Goal = { name: 'a ratio', goal: '<= 0.80', value: 0.5, met: true };

test('a number near its goal has enough digits to differ from it, and so have the ends of its interval', () => {
  const texts = [0.5, 0.804, 0.80004, 0.8].map((value) => measuredText({ ...GOAL, value }));
  assert.deepEqual(texts, ['0.50', '0.804', '0.80004', '0.80']);
  assert.equal(measuredText({ ...GOAL, goal: '<= 0.05', value: 0.0523 }), '0.052');
  assert.equal(measuredText({ ...GOAL, interval: { low: 0.4, high: 0.7999 } }), '0.5000 (0.4000 to 0.7999)');
  assert.equal(measuredText({ ...GOAL, value: null, met: null }), 'not run');
  assert.equal(measuredText({ ...GOAL, value: 0.8 - 1e-12 }), '0.800000');
});

test('rounds say why there were no more, and a goal why it has no verdict', () => {
  assert.deepEqual([roundsText(GOAL), roundsText({ ...GOAL, rounds: 9 }), roundsText({ ...GOAL, rounds: 9, ending: 'narrow' })], ['', '9', '9, narrow enough']);
  const open = { ...GOAL, met: null };
  assert.deepEqual(
    [GOAL, { ...GOAL, met: false }, { ...open, value: null }, { ...open, interval: { low: 0.4, high: 0.9 } }, { ...open, rounds: 5 }, open].map(verdictText),
    ['met', 'not met', '', 'undecided', 'too few rounds', 'no verdict'],
  );
});
