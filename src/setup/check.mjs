// @ts-check
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runInForeground } from './programs.mjs';

/**
 * Checks types and habits, then runs the tests; stops at the first that fails. (Set-up has compiled `src`, which checks
 * its types.) With words given, runs only the tests whose path contains one of them.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @param {readonly string[]} words
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
export async function check(layout, words, env) {
  const tests = [...testsBelow(layout.compiled, '.test.js'), ...testsBelow(join(layout.sources, 'setup'), '.test.mjs')]
    .map((file) => relative(layout.root, file))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  if (tests.length === 0) {
    process.stderr.write(`npm test: no test file's path contains ${words.join(' or ')}.\n`);
    return 1;
  }
  const node = (/** @type {string[]} */ ...args) =>
    runInForeground([{ command: process.execPath, args }], { cwd: layout.root, env });
  if (words.length === 0) {
    const code =
      (await node('node_modules/typescript/bin/tsc', '-p', 'src/setup')) ||
      (await node('node_modules/eslint/bin/eslint.js', '.', '--max-warnings=0'));
    if (code !== 0) return code;
  }
  return node('--test', '--test-reporter=spec', '--test-concurrency=2', '--test-timeout=900000', ...tests);
}

/**
 * @param {string} folder
 * @param {string} ending
 * @returns {string[]}
 */
function testsBelow(folder, ending) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort();
}
