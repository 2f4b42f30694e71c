// @ts-check
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { withLock } from './lock.mjs';
import { testFolder } from './testFolder.mjs';

/** Takes the lock, says so and never lets go. */
const HOLDER = `
import { withLock } from ${JSON.stringify(new URL('./lock.mjs', import.meta.url).href)};
await withLock(process.argv[1], () => new Promise(() => console.log('held')), () => undefined);
`;

test('the lock of a killed process is free at once', async (t) => {
  const folder = testFolder(t);
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');

  /** @type {string[]} */
  const holders = [];
  let entered = false;
  const waiting = withLock(folder, async () => (entered = true), (pid) => {
    holders.push(pid);
    assert.equal(entered, false);
    holder.kill('SIGKILL');
  });
  assert.equal(await waiting, true);
  assert.deepEqual(holders, [String(holder.pid)]);
});

test('work in one folder never overlaps, work in two folders may', async (t) => {
  const folder = testFolder(t);
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside--;
  };
  await Promise.all([1, 2, 3, 4].map(() => withLock(folder, work, () => undefined)));
  assert.equal(most, 1);
  const nested = await withLock(folder, () => withLock(testFolder(t), async () => 'both', () => undefined), () => undefined);
  assert.equal(nested, 'both');
});

test('work that fails releases the lock', async (t) => {
  const folder = testFolder(t);
  const failing = withLock(folder, () => Promise.reject(new Error('failed')), () => undefined);
  await assert.rejects(failing, /failed/);
  assert.equal(await withLock(folder, async () => 'free', () => undefined), 'free');
});
