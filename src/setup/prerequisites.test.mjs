// @ts-check
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { layoutOf, PROJECT } from './layout.mjs';
import { checkNode, checkPlatform, checkRoom, findPython } from './prerequisites.mjs';
import { testFolder } from './testFolder.mjs';

/** A real interpreter, and a script that acts as another one by running code before the requested code. */
const PYTHON = execFileSync(layoutOf(PROJECT).python, ['-c', 'import sys; print(sys._base_executable)'], { encoding: 'utf8' }).trim();
const pythonAfter = (/** @type {string} */ code) => `#!/bin/sh\nexec '${PYTHON}' -c "import sys\n${code}\n$2"\n`;
const WITHOUT_ENSUREPIP = pythonAfter("sys.modules['ensurepip'] = None");
const WITHOUT_BOTH = pythonAfter("sys.modules['ensurepip'] = sys.modules['venv'] = None");
const TOO_OLD = pythonAfter('sys.version_info = (3, 9)');
const COMPLETE = pythonAfter('');

test('Node versions that were tried pass, others are named with the remedy', () => {
  for (const version of ['20.19.0', '20.20.2', '22.12.0', '24.0.0', '26.10.0']) checkNode(version);
  for (const version of ['18.20.4', '20.18.3', '21.7.0', '22.11.0', '23.5.0', '25.0.0', '28.0.0']) {
    assert.throws(() => checkNode(version), new RegExp(`This is Node ${version};[^]*Remedy: Install one of these`));
  }
});

test('a machine that is not Linux on x86-64 is named', () => {
  checkPlatform('linux', 'x64');
  assert.throws(() => checkPlatform('linux', 'arm64'), /linux on arm64[^]*Remedy: Use a Linux machine/);
  assert.throws(() => checkPlatform('darwin', 'x64'), /darwin on x64/);
});

test('the first Python that can make a virtual environment is taken', (t) => {
  const path = testFolder(t, { python3: WITHOUT_ENSUREPIP, 'python3.12': COMPLETE, 'python3.11': COMPLETE });
  assert.equal(findPython({ PATH: path }), PYTHON);
});

test('a Python without its venv module is distinguished from a missing and an old one', (t) => {
  const lacking = testFolder(t, { python3: WITHOUT_ENSUREPIP });
  assert.throws(() => findPython({ PATH: lacking }), /python3 \(.+\) lacks ensurepip\.\n {2}Remedy: .*python3-venv/);
  const lackingBoth = testFolder(t, { python3: WITHOUT_BOTH });
  assert.throws(() => findPython({ PATH: lackingBoth }), /lacks venv and ensurepip/);
  const old = testFolder(t, { python3: TOO_OLD });
  assert.throws(() => findPython({ PATH: old }), /python3 \(.+\) is Python 3\.9\.\n {2}Remedy: Install Python 3\.10 to 3\.14/);
  assert.throws(() => findPython({ PATH: testFolder(t) }), /There is no Python 3\.10 to 3\.14 on the PATH\.\n {2}Remedy: Install it/);
});

test('a program of that name that fails is no Python', (t) => {
  const path = testFolder(t, { python3: '#!/bin/sh\nexit 127\n' });
  assert.throws(() => findPython({ PATH: path }), /There is no Python/);
});

test('too little disk space is refused with the missing amount', (t) => {
  const folder = testFolder(t);
  checkRoom(100, folder, () => 100);
  assert.throws(() => checkRoom(3000, folder, () => 1200.7), /needs 3000 MB of room in .*has 1200 MB left[^]*Remedy: Free 1800 MB/);
  assert.throws(() => checkRoom(1e15, join(folder)), /MB left/, 'the real disk is measured');
});
