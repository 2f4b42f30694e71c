// @ts-check
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { environmentOf, KEEP_FREED_MEMORY } from './environment.mjs';
import { kernelspec } from './kernelspec.mjs';
import { layoutOf, PROJECT } from './layout.mjs';
import { addFiles, testFolder } from './testFolder.mjs';

test("each Node process of a project loads what tfjs-node misses, in a folder with blanks and beside the user's options", (t) => {
  const root = `${testFolder(t)}/with "two" blanks`;
  addFiles(root, { 'src/setup/nodeUtilities.cjs': readFileSync(layoutOf(PROJECT).preload, 'utf8') });
  const env = environmentOf(layoutOf(root), { PATH: process.env.PATH, NODE_OPTIONS: '--no-warnings' });
  const program = "const util = require('util'); console.log(util.isNullOrUndefined(null), util.isNullOrUndefined(0), util.isArray([]), process.env.NODE_OPTIONS)";
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { env, encoding: 'utf8' });
  assert.match(stdout, /^true false true --no-warnings --require /);
  assert.equal(stderr, '');
});

test("the venv's programs come first and TensorFlow's log level is the user's, if they set one", () => {
  const layout = layoutOf('/project');
  assert.equal(environmentOf(layout, { PATH: '/usr/bin' }).PATH, '/project/.venv/bin:/usr/bin');
  assert.equal(environmentOf(layout, {}).TF_CPP_MIN_LOG_LEVEL, '3');
  assert.equal(environmentOf(layout, { TF_CPP_MIN_LOG_LEVEL: '0' }).TF_CPP_MIN_LOG_LEVEL, '0');
});

test('freed memory is kept, in notebooks too, unless the user has settings of their own', async (t) => {
  const layout = layoutOf(testFolder(t));
  assert.equal(environmentOf(layout, {}).GLIBC_TUNABLES, KEEP_FREED_MEMORY);
  assert.equal(environmentOf(layout, { GLIBC_TUNABLES: 'glibc.malloc.check=3' }).GLIBC_TUNABLES, 'glibc.malloc.check=3');
  await kernelspec(layout).perform();
  assert.equal(JSON.parse(readFileSync(layout.kernelspec, 'utf8')).env.GLIBC_TUNABLES, KEEP_FREED_MEMORY);
});

const LOADER = '/lib64/ld-linux-x86-64.so.2';

test('the C library reads each setting as it is meant', { skip: existsSync(LOADER) ? false : `this machine has no ${LOADER}` }, (t) => {
  const { stdout, status } = spawnSync(LOADER, ['--list-tunables'], { env: { GLIBC_TUNABLES: KEEP_FREED_MEMORY }, encoding: 'utf8' });
  if (status !== 0 || !stdout.includes('glibc.malloc.hugetlb')) {
    t.skip('this C library cannot list its settings, or knows no large pages');
    return;
  }
  for (const setting of KEEP_FREED_MEMORY.split(':')) {
    const [name, value] = /** @type {[string, string]} */ (setting.split('='));
    assert.equal(Number(stdout.match(`${name}: (0x[0-9a-f]+)`)?.[1]), Number(value), name);
  }
});

test('the kernel is written for this folder and this Node, and again when someone changed it', async (t) => {
  const layout = layoutOf(testFolder(t));
  const step = kernelspec(layout);
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(step.isDone(), true);
  const { argv, language } = JSON.parse(readFileSync(layout.kernelspec, 'utf8'));
  assert.equal(language, 'typescript');
  assert.equal(argv[0], process.execPath);
  assert.ok(argv.includes(layout.preload));
  assert.deepEqual(argv.slice(-3), ['kernel', '--config-path', '{connection_file}']);
  assert.equal(JSON.parse(readFileSync(layout.labSettings, 'utf8'))['@jupyterlab/apputils-extension:notification'].fetchNews, 'false');
  for (const file of ['.venv/share/jupyter/kernels/tslab/kernel.json', '.venv/share/jupyter/lab/settings/overrides.json']) {
    addFiles(layout.root, { [file]: '{}' });
    assert.equal(step.isDone(), false, file);
    await step.perform();
  }
});
