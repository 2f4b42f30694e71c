import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { PROJECT_ROOT } from '../files/projectRoot';
import { DEFAULT_CONFIG } from './defaultConfig';
import { validateConfig } from './schema';
import { findResult, runId } from './store';

const RESULTS = join(PROJECT_ROOT, 'data', 'results');

/** Names of the committed results of runs; federated runs have a folder of their own, and a store of their own. */
const NAMES = readdirSync(RESULTS).filter((name) => name.endsWith('.json'));

void test('every stored result is found by its configuration, under the name of its file', async () => {
  assert.ok(NAMES.length > 100, `${NAMES.length} results`);
  for (const name of NAMES) {
    const stored = JSON.parse(readFileSync(join(RESULTS, name), 'utf8')) as { readonly id: string; readonly config: object };
    // Settings that came after the run was made had their default then.
    const config = validateConfig({ ...DEFAULT_CONFIG, ...stored.config });
    assert.deepEqual([runId(config), stored.id], [basename(name, '.json'), basename(name, '.json')]);
    assert.equal((await findResult(RESULTS, config))?.id, stored.id);
  }
});
