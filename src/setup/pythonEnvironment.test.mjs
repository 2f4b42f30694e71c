// @ts-check
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { layoutOf } from './layout.mjs';
import { installedPackages, pinnedPackages, pythonEnvironment } from './pythonEnvironment.mjs';
import { addFiles, PIP_WITHOUT_NETWORK, testFolder, withVariables } from './testFolder.mjs';

const REQUIREMENTS = 'src/setup/requirements.txt';

test('a venv is made, found whole, and made again when a part is lost or the pins change', async (t) => {
  withVariables(t, PIP_WITHOUT_NETWORK);
  const root = testFolder(t, { [REQUIREMENTS]: '# none\n', '.venv/tensorflow/kept': '', '.venv/bin/half-done': '' });
  const layout = layoutOf(root);
  const step = pythonEnvironment(layout);
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(step.isDone(), true);
  assert.ok(existsSync(join(root, '.venv/tensorflow/kept')), 'what other steps made stays');
  assert.ok(!existsSync(join(root, '.venv/bin/half-done')), 'what a broken-off try left is gone');

  rmSync(layout.python);
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(step.isDone(), true);

  addFiles(root, { [REQUIREMENTS]: 'attrs==26.1.0\n' });
  assert.equal(step.isDone(), false);
  await assert.rejects(step.perform(), /Installing the Python packages failed: the package registry cannot be reached/);
  assert.equal(step.isDone(), false, 'a venv without its packages is not done');
});

test('pins and installed packages are compared by the normalised names of pip', (t) => {
  assert.deepEqual(pinnedPackages('# x==1\nJupyter_Core==5.9.1\nA.b==1.0\nold==1 ; python_full_version < \'3.11\'\n'), ['jupyter-core-5.9.1', 'a-b-1.0']);
  const venv = testFolder(t, {
    'lib/python3.12/site-packages/jupyter_core-5.9.1.dist-info/METADATA': '',
    'lib/python3.12/site-packages/A.B-1.0.dist-info/METADATA': '',
    'lib/python3.12/site-packages/a/__init__.py': '',
  });
  assert.deepEqual(installedPackages(venv).sort(), ['a-b-1.0', 'jupyter-core-5.9.1']);
  assert.deepEqual(installedPackages(testFolder(t)), []);
});
