import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs, { mkdirSync, readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withTemporaryFolder } from '../testing/temporaryFolder';
import { writeAtomically } from './atomicFile';

const text = (content: string): Uint8Array => Buffer.from(content);

test('the pieces are written one after another, replacing the old content', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'file');
    writeAtomically(file, [text('first'), text(''), text(' and second')]);
    assert.equal(readFileSync(file, 'utf8'), 'first and second');
    writeAtomically(file, [text('short')]);
    assert.equal(readFileSync(file, 'utf8'), 'short');
    assert.deepEqual(readdirSync(folder), ['file']);
  });
});

test('the content is flushed to disk before the renaming', (t) => {
  withTemporaryFolder((folder) => {
    const synced: string[] = [];
    const sync = t.mock.method(fs, 'fsyncSync', (descriptor: number) => synced.push(readlinkSync(`/proc/self/fd/${descriptor}`)));
    writeAtomically(join(folder, 'file'), [text('new')]);
    sync.mock.restore();
    assert.equal(synced.length, 2);
    assert.ok(synced[0]!.startsWith(join(folder, 'file.')), synced[0]);
    assert.equal(synced[1], folder);
  });
});

test('a failure in the middle leaves the old content, and nothing else', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'file');
    writeFileSync(file, 'old');
    function* pieces(): Generator<Uint8Array> {
      yield text('new');
      throw new Error('no more pieces');
    }
    assert.throws(() => writeAtomically(file, pieces()), {
      message: `writeAtomically: ${file} could not be written (no more pieces); what was there before is unchanged.`,
    });
    assert.equal(readFileSync(file, 'utf8'), 'old');
    assert.deepEqual(readdirSync(folder), ['file']);
  });
});

test('a folder in place of the file, and a missing folder, are named', () => {
  withTemporaryFolder((folder) => {
    mkdirSync(join(folder, 'taken'));
    for (const file of [join(folder, 'taken'), join(folder, 'missing', 'file')]) {
      assert.throws(() => writeAtomically(file, [text('new')]), (error: Error) => error.message.startsWith(`writeAtomically: ${file} could not be written (`));
    }
    assert.deepEqual(readdirSync(folder), ['taken']);
  });
});

test('if the disk fills up while writing, the old content stays', () => {
  // A file size limit acts like a full disk: the system writes as much as fits, and only the next call fails.
  withTemporaryFolder((folder) => {
    const file = join(folder, 'file');
    writeFileSync(file, 'old');
    const script = `require(${JSON.stringify(join(__dirname, 'atomicFile.js'))}).writeAtomically(${JSON.stringify(file)}, [Buffer.alloc(100000, 'x')])`;
    const run = spawnSync('bash', ['-c', 'ulimit -f 8; exec "$0" -e "$1"', process.execPath, script], { encoding: 'utf8' });
    assert.notEqual(run.status, 0);
    assert.match(run.stderr, /writeAtomically: .*file could not be written \(EFBIG: file too large, write\)/);
    assert.equal(readFileSync(file, 'utf8'), 'old');
    assert.deepEqual(readdirSync(folder), ['file']);
  });
});

test('the new file may be read by whoever could read the old one', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'file');
    writeFileSync(file, 'old', { mode: 0o640 });
    writeAtomically(file, [text('new')]);
    assert.equal(statSync(file).mode & 0o777, 0o640);
  });
});
