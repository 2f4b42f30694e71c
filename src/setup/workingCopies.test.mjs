// @ts-check
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addFiles, testFolder } from './testFolder.mjs';
import { refreshWorkingCopies } from './workingCopies.mjs';

test('an unchanged copy follows its notebook, a changed one is never overwritten, a deleted one is made again', (t) => {
  const root = testFolder(t, { 'notebooks/a.ipynb': 'a1', 'notebooks/b.ipynb': 'b1', 'notebooks/notes.txt': 'x' });
  const [from, to] = [join(root, 'notebooks'), join(root, 'mine')];
  /** @param {string} name */
  const copy = (name) => readFileSync(join(to, name), 'utf8');
  assert.deepEqual(refreshWorkingCopies(from, to), []);
  assert.deepEqual([copy('a.ipynb'), copy('b.ipynb')], ['a1', 'b1']);
  assert.throws(() => copy('notes.txt'));

  addFiles(root, { 'mine/a.ipynb': 'a1 and what I tried', 'mine/own.ipynb': 'mine' });
  assert.deepEqual(refreshWorkingCopies(from, to), [], 'the notebook has not changed');
  addFiles(root, { 'notebooks/a.ipynb': 'a2', 'notebooks/b.ipynb': 'b2', 'notebooks/c.ipynb': 'c1' });
  assert.deepEqual(refreshWorkingCopies(from, to), ['a.ipynb']);
  assert.deepEqual(['a', 'b', 'c', 'own'].map((name) => copy(`${name}.ipynb`)), ['a1 and what I tried', 'b2', 'c1', 'mine']);
  assert.deepEqual(refreshWorkingCopies(from, to), ['a.ipynb'], 'said each time');

  rmSync(join(to, 'a.ipynb'));
  assert.deepEqual(refreshWorkingCopies(from, to), []);
  assert.equal(copy('a.ipynb'), 'a2');
  // A copy that again equals the notebook, by git or by hand, follows it again.
  addFiles(root, { 'notebooks/a.ipynb': 'a3' });
  assert.deepEqual(refreshWorkingCopies(from, to), []);
  assert.equal(copy('a.ipynb'), 'a3');
});

test('without a record that can be read nothing that differs is overwritten', (t) => {
  const root = testFolder(t, { 'notebooks/a.ipynb': 'a2', 'mine/a.ipynb': 'a1', 'mine/.copies.json': '' });
  assert.deepEqual(refreshWorkingCopies(join(root, 'notebooks'), join(root, 'mine')), ['a.ipynb']);
  assert.equal(readFileSync(join(root, 'mine/a.ipynb'), 'utf8'), 'a1');
});
