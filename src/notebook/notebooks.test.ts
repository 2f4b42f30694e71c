import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT_ROOT } from '../files/projectRoot';
import { findPreset, presetConfigs } from '../experiment/presets';
import { experimentFolders } from '../experiment/folders';
import { resultFile } from '../experiment/store';
import { executeNotebook, notebookNames } from '../jupyter/notebooks';

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Cell {
  readonly id: string;
  readonly cell_type: string;
  readonly metadata: object;
  readonly source: readonly string[];
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

async function codeCells(file: string): Promise<readonly Cell[]> {
  const { cells } = JSON.parse(await readFile(file, 'utf8')) as { cells: readonly Cell[] };
  return cells.filter((cell) => cell.cell_type === 'code');
}

/** Requirements of every executed notebook: no errors or warnings, no paths of the machine, no figure that only plotly can draw. */
function checkOutputs(cells: readonly Cell[], name: string): void {
  for (const { id, outputs = [] } of cells) {
    for (const output of outputs) {
      const where = `${name}, cell ${id}`;
      assert.notEqual(output.output_type, 'error', `${where} holds an error`);
      assert.ok(output.name !== 'stderr', `${where} complains: ${[output.text].flat().join('')}`);
      const text = JSON.stringify(output);
      for (const path of [PROJECT_ROOT, homedir(), '/tmp/', '/home/']) {
        assert.ok(!text.includes(path), `${where} names ${path}`);
      }
      const kinds = Object.keys(output.data ?? {});
      if (kinds.includes('application/vnd.plotly.v1+json')) {
        assert.ok(kinds.includes('image/svg+xml') || kinds.includes('image/png'), `${where} has no picture beside the interactive figure`);
      }
    }
  }
}

/** Figures of executed cells. */
function figureCount(cells: readonly Cell[]): number {
  return cells.flatMap(({ outputs = [] }) => outputs).filter(({ data = {} }) => 'application/vnd.plotly.v1+json' in data).length;
}

test('every notebook runs from its first cell to its last and trains the runs of the smoke preset', async (context) => {
  const into = join(PROJECT_ROOT, 'data', 'test', 'notebooks');
  const { results } = experimentFolders('quick');
  const made = presetConfigs(findPreset('smoke')).map((config) => resultFile(results, config));
  // Runs stored by an earlier test would not be trained again.
  await Promise.all(made.map((file) => rm(file, { force: true })));
  for (const name of await notebookNames(PROJECT_ROOT)) {
    await context.test(name, async () => {
      await executeNotebook(PROJECT_ROOT, name, 'smoke', into);
      const cells = await codeCells(join(into, name));
      checkOutputs(cells, name);
      assert.ok(figureCount(cells) > 0, 'it shows no figure');
    });
  }
  assert.deepEqual(made.filter((file) => !existsSync(file)), []);
});

/** In bytes; code hosts do not render larger notebooks, and a clone fetches each version. */
const LARGEST = 1e6;

/** The Markdown that a cell displays, as one text. */
function displayedText({ outputs = [] }: Cell): string {
  return outputs.flatMap(({ data = {} }) => (data['text/markdown'] ?? []) as string | readonly string[]).join('');
}

test('each committed notebook begins with its question, ends with its answer and the time it takes, and is below a megabyte', async () => {
  for (const name of await notebookNames(PROJECT_ROOT)) {
    const file = join(PROJECT_ROOT, 'notebooks', name);
    const { size } = await stat(file);
    assert.ok(size < LARGEST, `${name} has ${size} bytes`);
    const { cells } = JSON.parse(await readFile(file, 'utf8')) as { cells: readonly Cell[] };
    assert.match(cells[0]!.source.join(''), /^# .+\n\n\*\*.+\?/, `${name} does not begin with a question`);
    assert.equal(cells.at(-2)!.source.join(''), '## Answer', name);
    assert.match(displayedText(cells.at(-1)!), /\w.*\n\n\*From the start of the kernel to here: \d+ (s|min)/, `${name} does not end with an answer and its time`);
  }
});

test('the committed notebooks have their outputs, and nothing in them that differs from machine to machine', async () => {
  for (const name of await notebookNames(PROJECT_ROOT)) {
    const cells = await codeCells(join(PROJECT_ROOT, 'notebooks', name));
    checkOutputs(cells, name);
    assert.ok(cells.some(({ outputs = [] }) => outputs.length > 0), `${name} was committed without outputs; run npm run notebooks`);
    for (const { id, metadata, execution_count: count } of cells) {
      assert.deepEqual([metadata, count], [{}, null], `${name}, cell ${id} keeps times or counts; run npm run notebooks`);
    }
  }
});

test('the committed outputs are of the images that the text names, not of the embedded ones', async () => {
  for (const name of await notebookNames(PROJECT_ROOT)) {
    for (const { id, outputs = [] } of await codeCells(join(PROJECT_ROOT, 'notebooks', name))) {
      assert.doesNotMatch(JSON.stringify(outputs), /Embedded synthetic images stand in|synthetic-10/, `${name}, cell ${id} was run without CIFAR; put it into data and run npm run notebooks`);
    }
  }
});

test('the notebooks define no function and no class, and import only from samlab', async () => {
  for (const name of await notebookNames(PROJECT_ROOT)) {
    for (const { id, source } of await codeCells(join(PROJECT_ROOT, 'notebooks', name))) {
      const code = source.join('');
      assert.doesNotMatch(code, /^\s*(async\s+)?(function|class)\s/m, `${name}, cell ${id}`);
      assert.ok([...code.matchAll(/from '([^']+)'/g)].every(([, module]) => module === 'samlab'), `${name}, cell ${id}`);
    }
  }
});
