// @ts-check
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Makes a folder with files for one test; the test removes it at its end.
 *
 * @param {import('node:test').TestContext} test
 * @param {Readonly<Record<string, string>>} [files] text by relative path; a text that begins with `#!` is a program
 * @returns {string}
 */
export function testFolder(test, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-setup-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  addFiles(folder, files);
  return folder;
}

/**
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} files
 */
export function addFiles(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (text.startsWith('#!')) chmodSync(file, 0o755);
  }
}

/**
 * Sets environment variables until the test ends.
 *
 * @param {import('node:test').TestContext} test
 * @param {NodeJS.ProcessEnv} variables
 */
export function withVariables(test, variables) {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    test.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** pip as if there were no network: no settings of the machine's own, and a port where nobody listens. */
export const PIP_WITHOUT_NETWORK = {
  PIP_CONFIG_FILE: '/dev/null',
  PIP_FIND_LINKS: '',
  PIP_EXTRA_INDEX_URL: '',
  PIP_INDEX_URL: 'http://127.0.0.1:9/',
};
