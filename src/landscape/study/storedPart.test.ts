import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { storedPart, type Study } from './study';

void test('a damaged part of a study is named, and stays; once removed, it is measured again', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-part-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const study = { folder } as Study;
  const file = join(folder, 'trace.json');
  for (const content of ['', '\0\0', '{"trace": 1', 'null', '3']) {
    writeFileSync(file, content);
    await assert.rejects(storedPart(study, 'trace', () => Promise.resolve({ trace: 2 })), (error: Error) => {
      assert.ok(error.message.startsWith(`storedPart: ${file} is not the stored part "trace" of a study (`), error.message);
      return error.message.endsWith('; delete it, and only this part is measured again.');
    });
    assert.equal(readFileSync(file, 'utf8'), content);
  }
  rmSync(file);
  assert.deepEqual(await storedPart(study, 'trace', () => Promise.resolve({ trace: 2 })), { trace: 2 });
  assert.deepEqual(await storedPart(study, 'trace', () => Promise.reject(new Error('measured again'))), { trace: 2 });
});
