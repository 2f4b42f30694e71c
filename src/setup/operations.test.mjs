// @ts-check
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { layoutOf, PROJECT } from './layout.mjs';
import { operations } from './operations.mjs';
import { addFiles, PIP_WITHOUT_NETWORK, testFolder, withVariables } from './testFolder.mjs';

const REAL = layoutOf(PROJECT);
const SOURCE = 'src/engine/native/a.c';

/** Plays a compiler: notes that it was called and puts a library that loads where it is told to (the last word). */
const COMPILER = `#!/bin/sh\necho x >> "$0.calls"\nfor word; do out=$word; done\n/bin/cp '${REAL.addon}' "$out"\n`;

/**
 * @param {import('node:test').TestContext} t
 * @param {Readonly<Record<string, string>>} compilers programs by name; no others are on the PATH
 */
function fakeProject(t, compilers) {
  const path = testFolder(t, compilers);
  withVariables(t, { ...PIP_WITHOUT_NETWORK, PATH: path });
  const root = testFolder(t, { [SOURCE]: 'int a;', '.venv/tensorflow/x': '' });
  const layout = { ...layoutOf(root), python: REAL.python };
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    symlinkSync(join(REAL.tensorflow, name), join(layout.tensorflow, name));
  }
  const calls = () => (existsSync(join(path, 'gcc.calls')) ? readFileSync(join(path, 'gcc.calls'), 'utf8').length / 2 : 0);
  return { root, layout, step: operations(layout), calls };
}

test('the operations are compiled once, and again when their sources change or they are gone', async (t) => {
  const { root, layout, step, calls } = fakeProject(t, { gcc: COMPILER });
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(step.isDone(), true);
  addFiles(root, { [SOURCE]: 'int b;' });
  assert.equal(step.isDone(), false);
  await step.perform();
  rmSync(layout.operations);
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(calls(), 3);
});

test('without a compiler the set-up goes on, until the sources change', async (t) => {
  const { root, layout, step } = fakeProject(t, { gcc: '#!/bin/sh\nexit 1\n' });
  await step.perform();
  assert.equal(existsSync(layout.operations), false);
  assert.equal(step.isDone(), true);
  addFiles(root, { [SOURCE]: 'int b;' });
  assert.equal(step.isDone(), false);
});

test('operations that do not load are not kept', async (t) => {
  const { layout, step } = fakeProject(t, { gcc: COMPILER.replace(/\/bin\/cp.*/, 'echo rubbish > "$out"') });
  await step.perform();
  assert.equal(existsSync(layout.operations), false);
});
