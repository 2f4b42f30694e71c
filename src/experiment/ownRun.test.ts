import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PerturbationRule } from '../optim/perturbation';
import { withDefaults } from './defaultConfig';
import { experimentFolders } from './folders';
import { runOwnRule } from './ownRun';

void test('a stored result of an own rule that is damaged is named and set aside, and the run is made again', async (t) => {
  const store = mkdtempSync(join(tmpdir(), 'samlab-own-'));
  t.after(() => rmSync(store, { recursive: true }));
  const rule: PerturbationRule = { name: 'mine', perturb: ({ gradient, rho }) => gradient.times(rho) };
  const config = withDefaults({ model: 'resnet20', imagesPerClass: 2, testImagesPerClass: 1, batchSize: 10, epochs: 1, kernels: 'pinned', method: 'sam' });
  const folders = experimentFolders('quick', store);
  const options = { preset: 'none', folders };
  const first = await runOwnRule(config, { rule, storeAs: 'mine' }, options);
  const own = join(folders.results, 'own');
  const [name] = readdirSync(own);
  writeFileSync(join(own, name!), '');
  const said = t.mock.method(console, 'error', () => undefined);
  const again = await runOwnRule(config, { rule, storeAs: 'mine' }, options);
  assert.deepEqual(again?.final, first?.final);
  assert.ok(said.mock.calls.some(({ arguments: [text] }) => /^runOwnRule: .*mine-.*\.json is not a stored result \(it is empty\); it is now .*\.damaged/.test(String(text))));
  assert.equal(readFileSync(join(own, `${name!}.damaged`), 'utf8'), '');
  assert.notEqual(readFileSync(join(own, name!), 'utf8'), '');
});
