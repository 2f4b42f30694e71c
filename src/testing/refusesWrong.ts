import assert from 'node:assert/strict';
import { test } from 'node:test';

/**
 * Shows that an assertion can fail: it holds for the right value, and for none of the wrong ones. Another kind of error
 * counts as neither.
 *
 * @param what is asserted, for the test's name.
 * @param wrong what is wrong with each value, with the value.
 */
export function refusesWrong<T>(what: string, assertion: (value: T) => void, right: T, wrong: Readonly<Record<string, T>>): void {
  test(what, () => assertion(right));
  for (const [name, value] of Object.entries(wrong)) {
    test(`${what}: not if it ${name}`, () => assert.throws(() => assertion(value), assert.AssertionError));
  }
}
