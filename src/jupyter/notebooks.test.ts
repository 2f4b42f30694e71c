import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PROJECT_ROOT } from '../files/projectRoot';
import { executeNotebook, notebookNames } from './notebooks';


/** A project with one notebook of one cell. */
async function project(context: TestContext, source: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'samlab-notebooks-'));
  context.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'notebooks'));
  await symlink(join(PROJECT_ROOT, '.venv'), join(root, '.venv'));
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'));
  const notebook = {
    cells: [{ cell_type: 'code', id: 'a', metadata: {}, execution_count: null, outputs: [], source }],
    metadata: { kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' } }, nbformat: 4, nbformat_minor: 5,
  };
  await writeFile(join(root, 'notebooks', '00-a.ipynb'), JSON.stringify(notebook));
  await writeFile(join(root, 'notebooks', 'notes.txt'), '');
  return root;
}

test('a notebook is run with its preset and stored with its outputs, without paths of the machine', async (context) => {
  const root = await project(context, 'console.log(process.env.SAMLAB_PRESET, process.cwd())');
  assert.deepEqual(await notebookNames(root), ['00-a.ipynb']);
  const into = join(root, 'out');
  await executeNotebook(root, '00-a.ipynb', 'smoke', into);
  const { cells } = JSON.parse(await readFile(join(into, '00-a.ipynb'), 'utf8')) as { cells: { outputs: { text: string[] }[] }[] };
  assert.deepEqual(cells[0]!.outputs.map((output) => output.text), [['smoke ./notebooks\n']]);
});

test('an error in a cell is reported with the output of the cell, and nothing is stored', async (context) => {
  const root = await project(context, "throw new Error('the loss is NaN')");
  await assert.rejects(executeNotebook(root, '00-a.ipynb', 'smoke', join(root, 'out')), /notebooks\/00-a\.ipynb did not run to its end[^]*the loss is NaN/);
  assert.deepEqual((await readdir(root)).includes('out'), false);
});

test('a signal ends a notebook whose cell does not, and nothing is stored', { timeout: 120_000 }, async (context) => {
  const root = await project(context, 'setInterval(() => undefined, 1000); await new Promise(() => undefined);');
  await assert.rejects(executeNotebook(root, '00-a.ipynb', 'smoke', join(root, 'out'), AbortSignal.timeout(2000)), /did not run to its end/);
  assert.deepEqual((await readdir(root)).includes('out'), false);
});
