import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { kernelSession } from '../testing/kernelSession';

const PREPARE = `
import { figures } from 'samlab';
import { readdirSync, readFileSync } from 'node:fs';
/** Processes that this kernel has started. */
const started = () => readdirSync('/proc').filter((pid) => /^[0-9]+$/.test(pid)).filter((pid) => {
  try { return readFileSync('/proc/' + pid + '/stat', 'utf8').replace(/^.*[)] /s, '').split(' ')[1] === String(process.pid); } catch { return false; }
});
const first = Date.now();
await figures.displayFigure(figures.figure2());
const second = Date.now();
const browsers = started();
await figures.displayFigure(figures.figure2());
const third = Date.now();
console.log(JSON.stringify({ before: browsers, after: started(), seconds: [(second - first) / 1000, (third - second) / 1000] }));`;

test('a kernel draws all figures in one browser, which a killed kernel does not leave behind', async () => {
  const [reply] = await kernelSession([{ code: PREPARE }]);
  assert.equal(reply!.status, 'ok', reply!.text);
  const { before, after, seconds } = JSON.parse(reply!.text) as { readonly before: string[]; readonly after: string[]; readonly seconds: [number, number] };
  assert.deepEqual(after, before);
  assert.equal(before.length, 1);
  assert.ok(seconds[1] < seconds[0], `the second figure took ${seconds[1]} s, the first ${seconds[0]} s`);
  // The session ends with SIGKILL for the kernel.
  for (let tenths = 0; tenths < 100 && existsSync(`/proc/${before[0]!}`); tenths++) {
    await wait(100);
  }
  assert.ok(!existsSync(`/proc/${before[0]!}`), 'the browser outlived its kernel');
});

test('a kernel that is shut down ends by itself at once, and its browser with it', async () => {
  const [reply] = await kernelSession([{ code: PREPARE }], { shutdown: true });
  const { before } = JSON.parse(reply!.text) as { readonly before: string[] };
  assert.ok(reply!.shutdownSeconds! < 4, `the kernel took ${reply!.shutdownSeconds!} s to end`);
  assert.ok(!existsSync(`/proc/${before[0]!}`), 'the browser outlived its kernel');
});
