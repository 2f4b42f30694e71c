import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Stages } from './stages';

test('an interrupted measurement resumes where it stopped, only with the same settings', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'bench', 'machine.unfinished');
  const measured: string[] = [];
  const stage = (stages: Stages, name: string): Promise<number[]> => stages.take(name, () => [measured.push(name)]);
  const first = new Stages(file, 'a');
  assert.deepEqual(await stage(first, 'ceiling'), [1]);
  await assert.rejects(first.take('probes', () => Promise.reject(new Error('killed'))), /killed/);

  const again = new Stages(file, 'a');
  assert.deepEqual(await stage(again, 'ceiling'), [1]);
  assert.deepEqual(await stage(again, 'probes'), [2]);
  assert.deepEqual(measured, ['ceiling', 'probes']);
  assert.deepEqual(await stage(new Stages(file, 'b'), 'ceiling'), [3], 'another setting measures again');
  again.done();
  assert.equal(existsSync(file), false);
});

test('a file of stages that is damaged is named, and they are measured again', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const said = context.mock.method(console, 'error', () => undefined);
  const file = join(folder, 'machine.unfinished');
  for (const content of ['', '{"setting": "a"', '{"setting": "a"}', 'null']) {
    writeFileSync(file, content);
    assert.equal(await new Stages(file, 'a').take('ceiling', () => 7), 7);
    assert.match(String(said.mock.calls.at(-1)?.arguments[0]), /^Stages: .*machine\.unfinished is not a list of finished stages/);
  }
});
