import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withFileLock } from './fileLock';

const folder = mkdtempSync(join(tmpdir(), 'samlab-lock-'));
test.after(() => rmSync(folder, { recursive: true }));

/** A program that increments a number in a file `turns` times. */
function counting(file: string, turns: number): string {
  return `
    const { readFileSync, writeFileSync } = require('node:fs');
    const { withFileLock } = require(${JSON.stringify(join(__dirname, 'fileLock.js'))});
    for (let turn = 0; turn < ${turns}; turn++) {
      withFileLock(${JSON.stringify(file)}, () => writeFileSync(${JSON.stringify(file)}, String(Number(readFileSync(${JSON.stringify(file)}, 'utf8')) + 1)));
    }`;
}

async function countAtOnce(file: string, turns: number): Promise<string> {
  writeFileSync(file, '0');
  const processes = [0, 1, 2].map(() => spawn(process.execPath, ['-e', counting(file, turns)], { stdio: 'inherit' }));
  await Promise.all(processes.map((one) => once(one, 'close')));
  return readFileSync(file, 'utf8');
}

void test('processes that increment a number in one file at once lose no increment', async () => {
  assert.equal(await countAtOnce(join(folder, 'count'), 200), '600');
});

void test('an old lock file of an earlier version locks nobody out and never lets two in', async () => {
  const file = join(folder, 'old');
  writeFileSync(`${file}.lock`, '');
  utimesSync(`${file}.lock`, 0, 0);
  assert.equal(await countAtOnce(file, 100), '300');
});

void test('a process that is killed while it has the lock leaves it free', () => {
  const file = join(folder, 'killed');
  const script = `require(${JSON.stringify(join(__dirname, 'fileLock.js'))}).withFileLock(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`;
  assert.equal(spawnSync(process.execPath, ['-e', script]).signal, 'SIGKILL');
  assert.equal(withFileLock(file, () => 7), 7);
});

void test('a lock is freed when the work fails', () => {
  const file = join(folder, 'failed');
  assert.throws(() => withFileLock(file, () => { throw new Error('by itself'); }), /^Error: by itself$/);
  assert.equal(withFileLock(file, () => 7), 7);
});

void test('a folder in place of the lock is named', () => {
  const file = join(folder, 'taken');
  mkdirSync(`${file}.lock`);
  assert.throws(() => withFileLock(file, () => 7), { message: /^withFileLock: .*taken\.lock cannot be locked \(EISDIR/ });
});
