// @ts-check
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { layoutOf } from './layout.mjs';
import { nodePackages, packagesAreInPlace } from './nodePackages.mjs';
import { addFiles, testFolder, withVariables } from './testFolder.mjs';

const LOCK = {
  lockfileVersion: 3,
  packages: {
    '': { name: 'a-project' },
    'node_modules/one': { version: '1.0.0' },
    'node_modules/one/node_modules/two': { version: '2.0.0' },
    'node_modules/other-system': { version: '3.0.0', optional: true },
    'node_modules/itself': { resolved: 'one', link: true },
  },
};

const INSTALLED = {
  'package.json': '{ "name": "a-project" }',
  'package-lock.json': JSON.stringify(LOCK),
  'node_modules/.package-lock.json': '{}',
  'node_modules/one/package.json': '{ "version": "1.0.0" }',
  'node_modules/one/node_modules/two/package.json': '{ "version": "2.0.0" }',
  'node_modules/itself/package.json': '{}',
};

test('packages as in the lock file are in place, except the optional ones of other systems', (t) => {
  assert.equal(packagesAreInPlace(testFolder(t, INSTALLED)), true);
});

test('a missing, another or a half-installed package is seen', (t) => {
  for (const missing of ['one/package.json', 'one/node_modules/two', 'itself', '.package-lock.json']) {
    const root = testFolder(t, INSTALLED);
    rmSync(join(root, 'node_modules', missing), { recursive: true });
    assert.equal(packagesAreInPlace(root), false, missing);
  }
  for (const manifest of ['{ "version": "1.0.1" }', '{ "vers']) {
    const root = testFolder(t, INSTALLED);
    addFiles(root, { 'node_modules/one/package.json': manifest });
    assert.equal(packagesAreInPlace(root), false, manifest);
  }
  const root = testFolder(t, INSTALLED);
  addFiles(root, { 'node_modules/other-system/package.json': '{ "version": "3.0.1" }' });
  assert.equal(packagesAreInPlace(root), false, 'optional, but another version');
});

test('a registry that refuses is reported as no network, and node_modules stays as it was', async (t) => {
  const root = testFolder(t, INSTALLED);
  withVariables(t, { npm_config_registry: 'http://127.0.0.1:9/' });
  await assert.rejects(nodePackages(layoutOf(root)).perform(), /the package registry cannot be reached\.\n {2}Remedy: Check the network/);
  assert.equal(packagesAreInPlace(root), true);
});

test('a registry that never answers is reported as no network', async (t) => {
  const silent = createServer();
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (silent.address());
  t.after(() => silent.close());
  withVariables(t, { npm_config_registry: `http://127.0.0.1:${address.port}/` });
  await assert.rejects(nodePackages(layoutOf(testFolder(t, INSTALLED))).perform(), /the package registry cannot be reached/);
});
