// @ts-check
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url));

test('an unknown command is refused with the list of commands, before anything is set up', () => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'strat'], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.equal(stderr, 'There is no command "strat".\n  Remedy: Use one of start, test, reproduce, experiment, landscape, federated, bench, figures, film, report, notebooks, package.\n');
});

test('a wrong device is refused with the remedy and no stack', () => {
  const env = { ...process.env, SAMLAB_DEVICE: 'gpu' };
  const { status, stderr } = spawnSync(process.execPath, [MAIN], { env, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /^SAMLAB_DEVICE is "gpu"\.\n {2}Remedy: .*\n$/);
});
