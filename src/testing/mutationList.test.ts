import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MUTATIONS } from './mutationList';

const DIST = join(__dirname, '..');

test('the text that each mutation replaces occurs once, so that a change of the code cannot leave one behind unseen', () => {
  const stale = MUTATIONS.filter(({ file, find }) => readFileSync(join(DIST, `${file}.js`), 'utf8').split(find).length !== 2);
  assert.deepEqual(stale.map(({ file, name }) => `${file}: ${name}`), []);
});

test('each mutation changes something, and names existing tests', () => {
  for (const { name, file, find, replace, tests } of MUTATIONS) {
    assert.notEqual(find, replace, `${file}: ${name}`);
    assert.ok(tests.length > 0 && tests.every((path) => existsSync(join(DIST, `${path}.test.js`))), `${file}: ${name}`);
  }
});
