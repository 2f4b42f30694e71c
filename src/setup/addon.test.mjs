// @ts-check
import assert from 'node:assert/strict';
import { existsSync, readFileSync, realpathSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addon } from './addon.mjs';
import { layoutOf, PROJECT } from './layout.mjs';
import { addFiles, PIP_WITHOUT_NETWORK, testFolder, withVariables } from './testFolder.mjs';

const REAL = layoutOf(PROJECT);
const LINK = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node';

/** A fake compiler: records that it was called and copies the project's own addon to its last argument. */
const COMPILER = `#!/bin/sh\necho x >> "$0.calls"\nfor word; do out=$word; done\n/bin/cp '${REAL.addon}' "$out"\n`;
const BROKEN = '#!/bin/sh\necho "no headers" >&2\nexit 1\n';

/**
 * @param {import('node:test').TestContext} t
 * @param {Readonly<Record<string, string>>} compilers programs by name; no others are on the PATH
 */
function fakeProject(t, compilers) {
  const path = testFolder(t, compilers);
  withVariables(t, { ...PIP_WITHOUT_NETWORK, PATH: path });
  const root = testFolder(t, { 'node_modules/@tensorflow/tfjs-node-gpu/binding/a.cc': 'int a;', '.venv/tensorflow/x': '' });
  const layout = { ...layoutOf(root), python: REAL.python };
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    symlinkSync(join(REAL.tensorflow, name), join(layout.tensorflow, name));
  }
  const calls = () => (existsSync(join(path, 'g++.calls')) ? readFileSync(join(path, 'g++.calls'), 'utf8').length / 2 : 0);
  return { root, layout, calls };
}

test('the second compiler serves when the first fails; the addon is shown to tfjs-node-gpu through a relative link', async (t) => {
  const { root, layout, calls } = fakeProject(t, { 'c++': BROKEN, 'g++': COMPILER });
  const step = addon(layout);
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(step.isDone(), true);
  assert.equal(calls(), 1);
  assert.equal(realpathSync(join(root, LINK)), realpathSync(layout.addon));
});

test('a link that npm wiped is put back without compiling', async (t) => {
  const { root, layout, calls } = fakeProject(t, { 'g++': COMPILER });
  const step = addon(layout);
  await step.perform();
  rmSync(join(root, LINK));
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(step.isDone(), true);
  assert.equal(calls(), 1);
});

test('an addon that is cut short, or older than its sources, is compiled again', async (t) => {
  const { root, layout, calls } = fakeProject(t, { 'g++': COMPILER });
  const step = addon(layout);
  await step.perform();
  truncateSync(layout.addon, 100);
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(step.isDone(), true);
  addFiles(root, { 'node_modules/@tensorflow/tfjs-node-gpu/binding/a.cc': 'int b;' });
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(calls(), 3);
});

test('an addon that does not load is not kept', async (t) => {
  const { layout } = fakeProject(t, { 'g++': COMPILER.replace(/\/bin\/cp.*/, 'echo rubbish > "$out"') });
  await assert.rejects(addon(layout).perform(), /g\+\+: the addon does not load: /);
  assert.ok(!existsSync(layout.addon));
});

test('no compiler and no network: each try is named, and the remedy', async (t) => {
  const { layout } = fakeProject(t, { 'c++': BROKEN });
  await assert.rejects(addon(layout).perform(), /no headers\n[^]*g\+\+: spawn g\+\+ ENOENT[^]*ziglang: [^]*Remedy: Install one/);
  assert.ok(!existsSync(join(layout.venv, 'ziglang.tmp')));
});
