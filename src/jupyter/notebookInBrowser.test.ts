import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { PROJECT_ROOT } from '../files/projectRoot';
import { launchChromium } from '../browser/browser';
import { startJupyterLab } from './testing/jupyterLabServer';

const NOTEBOOK = join(PROJECT_ROOT, 'notebooks/00-start-here.ipynb');
const LAST_WORDS = 'every cell before this one has run';

/** A user's patience with a notebook on a slow machine, in milliseconds. */
const PATIENCE = 300_000;

interface Cell {
  readonly cell_type: string;
  readonly outputs?: readonly unknown[];
}

/** Writes the notebook without outputs and with a last cell that reports the end, so that all output on the page is from this run. */
function writeCopy(file: string): void {
  const notebook = JSON.parse(readFileSync(NOTEBOOK, 'utf8')) as { readonly cells: readonly Cell[] };
  const cells = notebook.cells.map((cell) => (cell.cell_type === 'code' ? { ...cell, outputs: [] } : cell));
  const report = {
    ...{ cell_type: 'code', id: 'last-words', metadata: {}, execution_count: null, outputs: [] },
    source: [`console.log('${LAST_WORDS.slice(0, 5)}' + '${LAST_WORDS.slice(5)}');`],
  };
  writeFileSync(file, JSON.stringify({ ...notebook, cells: [...cells, report] }));
}

async function runAllCells(page: Page): Promise<void> {
  // A run requested before the kernel is ready is dropped.
  await page.getByText('TypeScript | Idle').waitFor({ timeout: PATIENCE });
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click();
  const lastWords = page.locator('.jp-OutputArea-output', { hasText: LAST_WORDS });
  const trouble = page.locator('[data-mime-type="application/vnd.jupyter.stderr"]');
  try {
    await lastWords.waitFor({ timeout: PATIENCE });
  } catch (error) {
    throw new Error(`the last cell has not run; the cells say: ${(await trouble.allInnerTexts()).join('\n')}`, { cause: error });
  }
  assert.deepEqual(await trouble.allInnerTexts(), [], 'no cell complains');
}

test('JupyterLab in a browser runs every cell of the first notebook and shows a plotly figure', async (t) => {
  mkdirSync(join(PROJECT_ROOT, 'data/test'), { recursive: true });
  const folder = mkdtempSync(join(PROJECT_ROOT, 'data/test/browser-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  const copy = join(folder, '00-start-here.ipynb');
  writeCopy(copy);

  const server = await startJupyterLab(join(folder, 'jupyter'));
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  await page.goto(server.urlOf(relative(PROJECT_ROOT, copy)));
  assert.equal(await page.locator('.js-plotly-plot').count(), 0, 'no figure is there before the cells run');
  await runAllCells(page);

  const figure = page.locator('.js-plotly-plot').first();
  await figure.waitFor({ timeout: PATIENCE });
  // At least one drawn trace, not an empty frame.
  await figure.locator('.cartesianlayer .trace, .cartesianlayer image, .gl-container canvas').first().waitFor({ state: 'attached', timeout: PATIENCE });
});
