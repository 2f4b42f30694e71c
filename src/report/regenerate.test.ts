import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { RunResult } from '../experiment/result';
import { PROJECT_ROOT } from '../files/projectRoot';
import { figure } from './figures/figure';
import { titleOf, type FigureSpecification } from './figures/specification';
import { regenerateFigures, regenerateReport } from './regenerate';
import { renderFigures } from './render';
import { testRun } from './testing/run';

/** A project with nothing but stored results. */
async function project(context: TestContext, results: readonly RunResult[], folder = 'data/results'): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'samlab-report-'));
  context.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, folder), { recursive: true });
  for (const [index, result] of results.entries()) {
    await writeFile(join(root, folder, `${index}.json`), JSON.stringify(result));
  }
  return root;
}

const TEMPLATE = 'Before\n<!-- begin table-1 -->\n<!-- end table-1 -->\nOf <!-- begin run-count -->?<!-- end run-count --> runs\n';

test('the report is filled from stored results alone, with the same result each time', async (context) => {
  const root = await project(context, [testRun({ top1Error: 61.25 })]);
  await writeFile(join(root, 'REPORT.md'), TEMPLATE);
  assert.deepEqual(await regenerateReport(root, 'laptop'), [join(root, 'REPORT.md')]);
  const filled = await readFile(join(root, 'REPORT.md'), 'utf8');
  assert.match(filled, /^Before\n<!-- begin table-1 -->\n\*\*Table 1\. .*\n[^]*\| SGD \(no SAM\) \| 100 \| 61\.25 \|/);
  assert.match(filled, /-->1<!-- end run-count --> runs\n$/);
  await regenerateReport(root, 'laptop');
  assert.equal(await readFile(join(root, 'REPORT.md'), 'utf8'), filled);
});

test('pages of docs are filled too, and their links to results begin in their own folder', async (context) => {
  const run = testRun({ top1Error: 61.25 });
  const root = await project(context, [run]);
  const place = '<!-- begin table-1-short -->\n<!-- end table-1-short -->\n';
  await mkdir(join(root, 'docs'));
  await Promise.all(['REPORT.md', 'docs/page.md'].map((name) => writeFile(join(root, name), place)));
  await regenerateReport(root, 'laptop');
  const linkOf = async (name: string): Promise<string> => /\[0\]\(([^)]+)\)/.exec(await readFile(join(root, name), 'utf8'))![1]!;
  assert.deepEqual([await linkOf('REPORT.md'), await linkOf('docs/page.md')], [`data/results/${run.id}.json`, `../data/results/${run.id}.json`]);
});

test('every link and picture of the README, the report and the documents leads to a file that is there', async () => {
  const pages = ['README.md', 'REPORT.md', ...(await readdir(join(PROJECT_ROOT, 'docs'))).map((name) => join('docs', name))];
  const broken = await Promise.all(pages.map(async (page) => {
    const text = await readFile(join(PROJECT_ROOT, page), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => target!);
    return targets.filter((target) => !existsSync(join(PROJECT_ROOT, dirname(page), target))).map((target) => `${page}: ${target}`);
  }));
  assert.deepEqual(broken.flat(), []);
});

test('no two published figures have the same title', async () => {
  const folder = join(PROJECT_ROOT, 'figures');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const titles = await Promise.all(names.map(async (name) => titleOf(JSON.parse(await readFile(join(folder, name), 'utf8')) as FigureSpecification)));
  assert.ok(names.length > 40);
  assert.deepEqual(titles.filter((title, index) => titles.indexOf(title) !== index), []);
});

test('an error in one document leaves all as they were', async (context) => {
  const root = await project(context, [testRun({ top1Error: 61.25 })]);
  await writeFile(join(root, 'REPORT.md'), TEMPLATE);
  await writeFile(join(root, 'README.md'), '<!-- begin table-9 --><!-- end table-9 -->');
  await assert.rejects(regenerateReport(root, 'laptop'), /README\.md, line 1: nothing is called "table-9"/);
  assert.equal(await readFile(join(root, 'REPORT.md'), 'utf8'), TEMPLATE);
});

test('a quick preset writes below data/quick and touches nothing else', async (context) => {
  const root = await project(context, [testRun({ preset: 'quick', top1Error: 80, epochs: 6 })], 'data/quick/results');
  await writeFile(join(root, 'REPORT.md'), TEMPLATE);
  await regenerateReport(root, 'quick');
  assert.equal(await readFile(join(root, 'REPORT.md'), 'utf8'), TEMPLATE);
  const quick = await readFile(join(root, 'data/quick/REPORT.md'), 'utf8');
  assert.match(quick, /^# Quick preset: not a result/);
  assert.match(quick, /\| SGD \(no SAM\) \| 6 \| 80\.00 \|/);
});

test('an unknown preset and a damaged result are reported, and nothing is written', async (context) => {
  const root = await project(context, []);
  await assert.rejects(regenerateReport(root, 'lap'), /there is no preset "lap"; choose .*laptop/);
  await writeFile(join(root, 'data/results/bad.json'), '{"format": 99}');
  await assert.rejects(regenerateFigures(root, 'laptop'), /bad\.json is not a stored result \(format: this file has format 99/);
  assert.deepEqual(await readdir(root), ['data']);
});

test('figures are drawn into files with their words in them, the same each time', async (context) => {
  const root = await project(context, [testRun({ top1Error: 61.25 }), testRun({ top1Error: 60, method: 'sam' })]);
  const names = await regenerateFigures(root, 'laptop');
  assert.ok(names.includes('laptop-cifar10-final-errors') && names.includes('laptop-cifar10-training-100-epochs') && names.includes('figure-1-surface'));
  const read = (name: string): Promise<string> => readFile(join(root, 'figures', name), 'utf8');
  const svg = await read('laptop-cifar10-final-errors.svg');
  for (const words of ['Test error with and without SAM on CIFAR-10', 'Epochs of training', 'Top-1 test error, %', 'Top-5 test error, %', 'ResNet-50, ImageNet stem']) {
    assert.ok(svg.includes(words), `"${words}" is not in the figure`);
  }
  assert.match(await read('laptop-cifar10-final-errors.html'), /<script src="plotly\.js">/);
  const files = await readdir(join(root, 'figures'));
  assert.deepEqual(files.filter((file) => file.startsWith('figure-1-surface')), ['figure-1-surface.html', 'figure-1-surface.json', 'figure-1-surface.png']);
  assert.match(await read('index.html'), /<figure class="drawn" id="laptop-cifar10-final-errors">/);
  assert.ok(['playground.html', 'playground.png', 'playground-network.html'].every((name) => files.includes(name)));
  await regenerateFigures(root, 'laptop');
  assert.equal(await read('laptop-cifar10-final-errors.svg'), svg);
});

test('a heat map, whose colour bar is a gradient, is the same file each time', async (context) => {
  const folder = await project(context, []);
  const map = figure({ title: 'A map', caption: 'Four numbers.' }, [{ type: 'heatmap', z: [[0, 1], [2, 3]] }], {});
  const drawn = async (): Promise<string> => {
    await renderFigures({ map }, folder);
    return readFile(join(folder, 'map.svg'), 'utf8');
  };
  const first = await drawn();
  assert.match(first, /<linearGradient/);
  assert.equal(await drawn(), first);
});
