// @ts-check
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { layoutOf, PROJECT } from './layout.mjs';
import { tensorflow } from './tensorflow.mjs';
import { PIP_WITHOUT_NETWORK, testFolder, withVariables } from './testFolder.mjs';

const CPU_WHEEL = '05af7c26d35f4de910b5598c7b507e3981831a7b0f47fed9a405d995d51d7793';

/**
 * @param {import('node:test').TestContext} t
 * @param {string} framework content of the second library
 */
function fakeProject(t, framework) {
  const stamp = { sha256: CPU_WHEEL, 'libtensorflow_cc.so.2': 3, 'libtensorflow_framework.so.2': 5 };
  const root = testFolder(t, {
    '.venv/tensorflow/libtensorflow_cc.so.2': 'abc',
    '.venv/tensorflow/libtensorflow_framework.so.2': framework,
    '.venv/tensorflow/wheel.json': `${JSON.stringify(stamp, null, 2)}\n`,
  });
  return { ...layoutOf(root), python: layoutOf(PROJECT).python };
}

test('a library that is cut short, and a build for another device, are made again', (t) => {
  assert.equal(tensorflow(fakeProject(t, 'abcde'), 'cpu').isDone(), true);
  assert.equal(tensorflow(fakeProject(t, 'abcd'), 'cpu').isDone(), false);
  assert.equal(tensorflow(fakeProject(t, 'abcde'), 'cuda').isDone(), false);
  assert.equal(tensorflow(layoutOf(testFolder(t)), 'cpu').isDone(), false);
});

test('without network the failed download is reported and the old files stay', async (t) => {
  withVariables(t, PIP_WITHOUT_NETWORK);
  const layout = fakeProject(t, 'abcd');
  await assert.rejects(tensorflow(layout, 'cpu').perform(), /Downloading TensorFlow failed: the package registry cannot be reached/);
  assert.equal(readFileSync(join(layout.tensorflow, 'libtensorflow_cc.so.2'), 'utf8'), 'abc');
});

test('a wheel that is not the pinned one is refused', async (t) => {
  const wheels = testFolder(t, { 'tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl': 'not TensorFlow' });
  withVariables(t, { ...PIP_WITHOUT_NETWORK, PIP_FIND_LINKS: wheels, PIP_NO_INDEX: '1' });
  const layout = { ...layoutOf(testFolder(t)), python: layoutOf(PROJECT).python };
  await assert.rejects(tensorflow(layout, 'cpu').perform(), /Downloading TensorFlow failed:[^]*DO NOT MATCH THE HASHES/);
  assert.ok(!existsSync(layout.tensorflow));
});
