import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withFileLock } from './fileLock';

const folder = mkdtempSync(join(tmpdir(), 'samlab-lock-'));
test.after(() => rmSync(folder, { recursive: true }));

void test('processes that count in one file at once lose nothing', async () => {
  const file = join(folder, 'count');
  writeFileSync(file, '0');
  const script = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const { withFileLock } = require(${JSON.stringify(join(__dirname, 'fileLock.js'))});
    for (let turn = 0; turn < 200; turn++) {
      withFileLock(${JSON.stringify(file)}, () => writeFileSync(${JSON.stringify(file)}, String(Number(readFileSync(${JSON.stringify(file)}, 'utf8')) + 1)));
    }`;
  const processes = [0, 1, 2].map(() => spawn(process.execPath, ['-e', script], { stdio: 'inherit' }));
  await Promise.all(processes.map((one) => once(one, 'close')));
  assert.equal(readFileSync(file, 'utf8'), '600');
  assert.ok(!existsSync(`${file}.lock`));
});

void test('a lock that a killed process left is taken over, and one is freed when the work fails', () => {
  const file = join(folder, 'left');
  writeFileSync(`${file}.lock`, '');
  utimesSync(`${file}.lock`, 0, 0);
  assert.throws(() => withFileLock(file, () => { throw new Error('by itself'); }), /^Error: by itself$/);
  assert.equal(withFileLock(file, () => 7), 7);
});
