// @ts-check
import assert from 'node:assert/strict';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compilation } from './compilation.mjs';
import { layoutOf, PROJECT } from './layout.mjs';
import { addFiles, testFolder } from './testFolder.mjs';

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'ES2022', module: 'node20', rootDir: 'src', outDir: 'dist' },
    ...{ lib: ['es5'], types: [], strict: true, skipLibCheck: true },
    ...{ declaration: true, incremental: true, tsBuildInfoFile: 'dist/.tsbuildinfo' },
  },
  include: ['src'],
};

/** @param {import('node:test').TestContext} t */
async function compiledProject(t) {
  const root = testFolder(t, {
    'tsconfig.json': JSON.stringify(TSCONFIG),
    'package-lock.json': '{}',
    'src/one.ts': 'export const one: number = 1;\n',
    'src/folder/two.test.ts': "import { one } from '../one';\nexport const two: number = one + one;\n",
  });
  symlinkSync(layoutOf(PROJECT).nodeModules, join(root, 'node_modules'));
  const step = compilation(layoutOf(root));
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(step.isDone(), true);
  return { root, step };
}

test('what a deleted source left in dist is removed, tests first of all', async (t) => {
  const { root, step } = await compiledProject(t);
  assert.ok(existsSync(join(root, 'dist/folder/two.test.js')));
  rmSync(join(root, 'src/folder'), { recursive: true });
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.equal(step.isDone(), true);
  assert.ok(!existsSync(join(root, 'dist/folder')));
  assert.ok(existsSync(join(root, 'dist/one.js')));
});

test('a test in dist without a source is removed although no source has changed', async (t) => {
  const { root, step } = await compiledProject(t);
  addFiles(root, { 'dist/old.test.js': 'throw new Error();' });
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.ok(!existsSync(join(root, 'dist/old.test.js')));
});

test('a lost output is written again, whatever the compiler remembers', async (t) => {
  const { root, step } = await compiledProject(t);
  rmSync(join(root, 'dist/one.js'));
  assert.equal(step.isDone(), false);
  await step.perform();
  assert.ok(existsSync(join(root, 'dist/one.js')));
});

test('a mistake in a source is reported with its place at each call until it is mended', async (t) => {
  const { root, step } = await compiledProject(t);
  addFiles(root, { 'src/one.ts': "export const one: number = 'one';\n" });
  for (let call = 0; call < 2; call++) {
    assert.equal(step.isDone(), false);
    await assert.rejects(step.perform(), /The sources do not compile:\n.*src\/one\.ts\(1,14\): error TS2322[^]*Remedy: Mend these lines/);
  }
  addFiles(root, { 'src/one.ts': 'export const one: number = 2;\n' });
  await step.perform();
  assert.equal(step.isDone(), true);
});
