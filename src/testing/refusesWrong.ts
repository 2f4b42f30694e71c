import assert from 'node:assert/strict';
import { test } from 'node:test';

/**
 * Shows that an assertion can fail: it holds for the right value, and for none of the wrong ones. An error of another kind
 * counts as neither.
 *
 * @param what is asserted, as test names tell it.
 * @param wrong what is wrong with each value, with the value.
 */
export function refusesWrong<T>(what: string, assertion: (value: T) => void, right: T, wrong: Readonly<Record<string, T>>): void {
  test(what, () => assertion(right));
  for (const [name, value] of Object.entries(wrong)) {
    test(`${what}: not if it ${name}`, () => assert.throws(() => assertion(value), assert.AssertionError));
  }
}
