// @ts-check
import { run } from './run.mjs';

/**
 * Asks pip for something: wheels only, since a user need not have a compiler, and without long waits on a dead network.
 *
 * @param {string} python the venv's interpreter
 * @param {'install' | 'download'} command
 * @param {readonly string[]} args
 * @returns {Promise<import('./run.mjs').Finished>}
 */
export function pip(python, command, args) {
  const manners = ['--disable-pip-version-check', '--no-input', '--timeout=15', '--retries=1'];
  return run(python, ['-m', 'pip', ...manners, command, '--only-binary=:all:', ...args]);
}
