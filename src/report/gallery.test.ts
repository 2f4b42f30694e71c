import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { launchChromium } from '../browser/browser';
import { PLOTLY_SCRIPT } from '../browser/drawingPage';
import { figure } from './figures/figure';
import { lossContour, lossSurface } from './figures/lossSurface';
import type { FigureSpecification } from './figures/specification';
import { captionOf, writeGallery } from './gallery';
import { bundleForBrowser, fillPage } from '../browser/page';

const CAPTION = 'A loss of two parameters, with <angles> & "quotes", and words enough for the caption to be broken into two lines below the axes of the figure, as it is wider than one.';
const LOSS = { caption: CAPTION, grid: { x: [0, 1], y: [0, 1], z: [[0, 1], [1, 2]] }, paths: [], axes: { x: 'w₁', y: 'w₂', z: 'Loss' } };

/** A folder as `renderFigures` leaves it, without the pictures. */
async function folderOf(context: TestContext, figures: Readonly<Record<string, FigureSpecification>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'samlab-gallery-'));
  context.after(() => rm(folder, { recursive: true }));
  for (const [name, specification] of Object.entries(figures)) {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(specification));
    await writeFile(join(folder, `${name}.html`), '');
  }
  return folder;
}

const FIGURES = {
  'figure-10-contour': lossContour({ ...LOSS, title: 'Ten' }),
  'figure-2-surface': lossSurface({ ...LOSS, title: 'Two' }),
  'landscape-a-planes-contour': lossContour({ ...LOSS, title: 'A plane' }),
  'landscape-b-cifar10-seed-1-planes-contour': lossContour({ ...LOSS, title: 'A plane' }),
  'laptop-errors': figure({ title: 'Errors </script> & more', caption: CAPTION }, [{ type: 'scatter', x: [1, 2], y: [3, 4] }], { annotations: [{ text: 'a mark', x: 1, y: 3 }] }),
};

test('the gallery shows every figure in readers\' order, with its caption and links to its files', async (context) => {
  const folder = await folderOf(context, FIGURES);
  await writeFile(join(folder, 'notes.json'), '{}');
  await writeGallery(folder, '../data/results/');
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  assert.deepEqual([...page.matchAll(/<figure class="drawn" id="([^"]+)"/g)].map((match) => match[1]), ['figure-2-surface', 'figure-10-contour', 'laptop-errors', 'landscape-a-planes-contour', 'landscape-b-cifar10-seed-1-planes-contour']);
  assert.equal(page.split('with &lt;angles&gt; &amp; &quot;quotes&quot;, and words enough').length, 6);
  assert.deepEqual([...page.matchAll(/<h2>([^<]+)<\/h2><p class="about"/g)].map((match) => match[1]), ['Illustrations', 'Results', 'Loss landscape: a', 'Loss landscape: b, CIFAR-10, seed 1']);
  assert.deepEqual([...page.matchAll(/<h3>([^<]+)<\/h3>/g)].map((match) => match[1]), ['Two (a surface to turn)', 'Ten', 'Errors &lt;/script&gt; &amp; more', 'A plane: a', 'A plane: b, CIFAR-10, seed 1'], 'no two of one title');
  for (const file of ['figure-2-surface.json', 'figure-2-surface.png', 'figure-10-contour.svg', 'laptop-errors.html', '../data/results/', 'playground.html', 'playground-network.html']) {
    assert.ok(page.includes(`href="${file}"`), file);
  }
  assert.ok(!page.includes('figure-2-surface.svg'), 'a surface has no SVG');
  await writeGallery(folder, '../data/results/');
  assert.equal(await readFile(join(folder, 'index.html'), 'utf8'), page, 'the same again');
});

test('the gallery opens from disk without a network; figures and surfaces are drawn in place of their pictures', async (context) => {
  const folder = await folderOf(context, FIGURES);
  await copyFile(PLOTLY_SCRIPT, join(folder, 'plotly.js'));
  await writeGallery(folder, '../data/results/');
  const browser = await launchChromium();
  context.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 390, height: 812 } });
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => request.url().startsWith('file:') || troubles.push(request.url()));
  await page.goto(pathToFileURL(join(folder, 'index.html')).href);
  await page.locator('#figure-2-surface .plot canvas').first().waitFor({ timeout: 60_000 });
  const errors = page.locator('#laptop-errors');
  await errors.scrollIntoViewIfNeeded();
  await errors.locator('.scatterlayer .trace').waitFor({ timeout: 60_000 });
  // Title and caption are text of the page; marks within the figure stay.
  assert.deepEqual(await errors.locator('.annotation-text').allTextContents(), ['a mark']);
  assert.equal(await errors.locator('h3').innerText(), 'Errors </script> & more');
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
  assert.ok(await page.evaluate('[...document.querySelectorAll("main *:not(.plot)")].every((element) => ["visible", "hidden", "clip"].includes(getComputedStyle(element).overflowX) || element.scrollWidth <= element.clientWidth)'), 'no card scrolls sideways, but for its figure');
  assert.equal(await page.evaluate("document.querySelector('#laptop-errors .plot > div').offsetWidth"), 620);
  // Far enough for the surface to be out of sight, however long the page's head is.
  await page.locator('#landscape-b-cifar10-seed-1-planes-contour').scrollIntoViewIfNeeded();
  await page.locator('#figure-2-surface .plot img').waitFor({ state: 'attached', timeout: 60_000 });
  assert.deepEqual(troubles, []);
});

test('the caption of a figure is its last note, as one line', () => {
  assert.equal(captionOf(FIGURES['laptop-errors']), CAPTION);
  assert.equal(captionOf({ data: [], layout: { title: { text: '' }, width: 1, height: 1 } }), '');
});

test('a page without the place for a text is refused, and texts are put in as they are', () => {
  assert.equal(fillPage('a /* script */ b', { '/* script */': '$& \\$1' }), 'a $& \\$1 b');
  assert.throws(() => fillPage('a', { '/* script */': '' }), /fillPage: expected the page to have a place "\/\* script \*\/"\./);
});

test('a program that needs what browsers do not have is not bundled', async (context) => {
  const folder = await folderOf(context, {});
  await writeFile(join(folder, 'main.ts'), "import { readFileSync } from 'node:fs'; readFileSync('x');");
  await assert.rejects(bundleForBrowser(join(folder, 'main.ts')), /node:fs/);
});
