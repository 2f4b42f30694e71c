import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROGRESS } from '../progress/notebookOutput';
import { cleanNotebook } from './notebookCleaning';

const EXECUTED = {
  cells: [
    { cell_type: 'markdown', metadata: {}, source: ['In /home/me/samlab it stays, for the author wrote it.'] },
    {
      cell_type: 'code', execution_count: 7, metadata: { execution: { 'iopub.status.busy': '2026-01-01' }, tags: ['a'] }, source: ['f()'],
      outputs: [{ output_type: 'stream', name: 'stdout', text: ['at /home/me/samlab/src/a.ts in /home/me\n'] }, { output_type: 'display_data', data: { 'application/json': { file: '/home/me/samlab/b', n: 1 } }, metadata: {} }, { output_type: 'display_data', data: { 'text/plain': '3 s left' }, metadata: PROGRESS }],
    },
  ],
  metadata: { kernelspec: { name: 'tslab' } }, nbformat: 4, nbformat_minor: 5,
};

test('times, counts, progress bars and paths are removed; all else stays', () => {
  const cleaned = cleanNotebook(JSON.stringify(EXECUTED), [['/home/me/samlab', '.'], ['/home/me', '~']]);
  const expected = structuredClone(EXECUTED) as unknown as { cells: [unknown, { execution_count: null; metadata: object; outputs: unknown[] }] };
  expected.cells[1].execution_count = null;
  expected.cells[1].metadata = { tags: ['a'] };
  expected.cells[1].outputs = [{ output_type: 'stream', name: 'stdout', text: ['at ./src/a.ts in ~\n'] }, { output_type: 'display_data', data: { 'application/json': { file: './b', n: 1 } }, metadata: {} }];
  assert.deepEqual(JSON.parse(cleaned), expected);
  assert.equal(cleanNotebook(cleaned, []), cleaned);
});
