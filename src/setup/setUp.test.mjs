// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { performSteps } from './setUp.mjs';
import { testFolder } from './testFolder.mjs';

/**
 * A step that is done once it was performed.
 *
 * @param {string} title
 * @param {string[]} performed
 * @param {Partial<import('./step.mjs').Step>} [different]
 */
function fakeStep(title, performed, different = {}) {
  const step = {
    title,
    megabytes: 1,
    isDone: () => performed.includes(title),
    perform: async () => {
      performed.push(title);
    },
    ...different,
  };
  return step;
}

test('missing steps are performed in order with one line each; a second call prints nothing', async (t) => {
  /** @type {string[]} */
  const performed = ['two'];
  const steps = ['one', 'two', 'three'].map((title) => fakeStep(title, performed));
  let printed = '';
  await performSteps(steps, testFolder(t), (text) => (printed += text));
  assert.deepEqual(performed, ['two', 'one', 'three']);
  assert.match(printed, /^set-up: one \.\.\. \d+\.\d s\nset-up: three \.\.\. \d+\.\d s\n$/);
  printed = '';
  await performSteps(steps, testFolder(t), (text) => (printed += text));
  assert.equal(printed, '');
  assert.equal(performed.length, 3);
});

test('after a failure the next call continues where it stopped', async (t) => {
  /** @type {string[]} */
  const performed = [];
  let fails = true;
  const perform = async () => {
    if (fails) throw new Error('broken off');
    performed.push('two');
  };
  const steps = [fakeStep('one', performed), fakeStep('two', performed, { perform }), fakeStep('three', performed)];
  const folder = testFolder(t);
  await assert.rejects(performSteps(steps, folder, () => undefined), /broken off/);
  assert.deepEqual(performed, ['one']);
  fails = false;
  await performSteps(steps, folder, () => undefined);
  assert.deepEqual(performed, ['one', 'two', 'three']);
});

test('a step that another one undoes is performed again', async (t) => {
  /** @type {string[]} */
  const performed = ['kernel'];
  const perform = async () => {
    performed.splice(0, performed.length, 'venv');
  };
  await performSteps([fakeStep('venv', performed, { perform }), fakeStep('kernel', performed)], testFolder(t), () => undefined);
  assert.deepEqual(performed, ['venv', 'kernel']);
});

test('a step with an incomplete result is an error', async (t) => {
  const step = fakeStep('one', [], { isDone: () => false });
  await assert.rejects(performSteps([step], testFolder(t), () => undefined), /After making the one, a part of it is missing[^]*Remedy/);
});

test('without room nothing is begun', async (t) => {
  /** @type {string[]} */
  const performed = [];
  const step = fakeStep('one', performed, { megabytes: 1e15 });
  await assert.rejects(performSteps([step], testFolder(t), () => undefined), /Set-up needs .* MB of room[^]*Remedy: Free/);
  assert.deepEqual(performed, []);
});

test('of two calls at once one works and the other finds it done', async (t) => {
  /** @type {string[]} */
  const performed = [];
  const step = fakeStep('one', performed, {
    perform: async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      performed.push('one');
    },
  });
  const folder = testFolder(t);
  await Promise.all([performSteps([step], folder, () => undefined), performSteps([step], folder, () => undefined)]);
  assert.deepEqual(performed, ['one']);
});
