import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { findPreset, PRESET_GROUPS, PRESETS } from '../experiment/presets';
import { reportContents } from './contents';
import { fill, type Contents } from './fill';
import { writeGallery } from './gallery';
import { quickReport } from './quickReport';
import { writePlayground } from '../playground/playgroundPicture';
import { landscapeContents } from './landscapeContents';
import { landscapeFigures } from './landscapeFigures';
import { methodContents, methodFigures } from './methodContents';
import { ownReport } from './ownReport';
import { readPublishedWork, readWork, type StoredWork } from './publishedWork';
import { unfitPreset } from './recipe';
import { placePlotly, renderFigures } from './render';
import { curveFigures, illustrations, resultFigures } from './reportFigures';
import type { NamedFigures } from './figures/specification';
import { federatedFigures } from './federatedStudy';

/** What is made again from stored results. */
interface Source extends StoredWork {
  /** The presets whose figures are drawn. */
  readonly presets: readonly string[];
  /** Holds `figures/` and the documents. */
  readonly folder: string;
  readonly quick: boolean;
}

/** The documents whose places are filled: the report, the README and the pages of `docs`. */
async function documentsOf(root: string): Promise<readonly string[]> {
  const pages = existsSync(join(root, 'docs')) ? (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).sort() : [];
  return ['REPORT.md', 'README.md', ...pages.map((name) => join('docs', name))].map((name) => join(root, name)).filter(existsSync);
}

/**
 * Draws the figures of a preset's stored results and Figures 1 and 2, and writes the gallery and the playground: into
 * `figures/`, or into `data/quick/figures/` for a preset that gives no results.
 *
 * @param root the project's folder.
 * @returns the names of the figures.
 * @throws RangeError for an unknown preset; Error if a stored result cannot be read or a figure not be drawn.
 */
export async function regenerateFigures(root: string, preset: string): Promise<readonly string[]> {
  const source = await readSource(root, preset);
  const figures = figuresOf(source);
  const folder = join(source.folder, 'figures');
  await placePlotly(folder);
  await renderFigures(figures, folder);
  await writePlayground(folder);
  await writeGallery(folder, source.quick ? '../results/' : '../data/results/');
  return Object.keys(figures);
}

/**
 * Fills REPORT.md, README.md and the pages of `docs` from all stored results, or writes `data/quick/REPORT.md` for a preset that gives no results.
 *
 * @param root the project's folder.
 * @returns the files whose places were filled.
 * @throws RangeError for an unknown preset; Error if a stored result cannot be read or a document's places are not as expected.
 */
export async function regenerateReport(root: string, preset: string): Promise<readonly string[]> {
  const source = await readSource(root, preset);
  if (source.quick) {
    const file = join(source.folder, 'REPORT.md');
    await mkdir(source.folder, { recursive: true });
    await writeFileAtomic(file, quickReport(source.results, source.presets, figuresOf(source)));
    return [file];
  }
  // The documents show every preset, whichever was asked for.
  const figures = figuresOf({ ...source, presets: PRESETS.map(({ name }) => name) });
  const contents = { ...reportContents(source.results, figures, source), ...landscapeContents(source.studies, figures), ...methodContents(source.results, source.federated, figures) };
  const files = await documentsOf(root);
  // All are filled before any is written, so that an error leaves each as it was.
  const filled = await Promise.all(files.map(async (file) => fill(await readFile(file, 'utf8'), linksFrom(relative(root, file), contents), file)));
  for (const [index, file] of files.entries()) {
    await writeFileAtomic(file, filled[index]!);
  }
  return files;
}

/** Contents whose links to figures and data begin in the document's folder instead of the project's. */
function linksFrom(document: string, contents: Contents): Contents {
  const up = '../'.repeat(document.split(sep).length - 1);
  return Object.fromEntries(Object.entries(contents).map(([name, text]) => [name, text.replace(/\]\((?=figures\/|data\/)/g, `](${up}`)]));
}

/**
 * Draws the figures of a user's own work into `data/own/figures`, with a gallery.
 *
 * @param root the project's folder.
 * @returns the names of the figures.
 * @throws Error if a stored file cannot be read or a figure not be drawn.
 */
export async function regenerateOwnFigures(root: string): Promise<readonly string[]> {
  const store = join(root, 'data', 'own');
  return Object.keys(await drawOwnFigures(store, await readWork(store)));
}

/**
 * Writes the report of a user's own work, `data/own/REPORT.md`, and draws its figures.
 *
 * @param root the project's folder.
 * @returns the file that was written.
 * @throws Error if a stored file cannot be read or a figure not be drawn.
 */
export async function regenerateOwnReport(root: string): Promise<string> {
  const store = join(root, 'data', 'own');
  const work = await readWork(store);
  const figures = await drawOwnFigures(store, work);
  const file = join(store, 'REPORT.md');
  await writeFileAtomic(file, ownReport(work, figures));
  return file;
}

async function drawOwnFigures(store: string, work: StoredWork): Promise<NamedFigures> {
  const grids = [...new Set(work.results.map(({ preset }) => preset))];
  const figures = Object.assign({}, ...grids.map((grid) => curveFigures(work.results, grid)), federatedFigures(work.federated), landscapeFigures(work)) as NamedFigures;
  const folder = join(store, 'figures');
  await mkdir(folder, { recursive: true });
  await renderFigures(figures, folder);
  await writeGallery(folder, '../results/');
  return figures;
}

async function readSource(root: string, preset: string): Promise<Source> {
  const presets = PRESET_GROUPS[preset] ?? [findPreset(preset).name];
  const quick = presets.every((name) => unfitPreset(name) !== undefined);
  const data = join(root, 'data');
  // What is published is a list of names, whatever else lies beside it.
  const work = quick ? await readWork(join(data, 'quick')) : await readPublishedWork(data);
  return { ...work, presets, folder: quick ? join(data, 'quick') : root, quick };
}

function figuresOf({ results, federated, presets, studies, paths, minima }: Source): NamedFigures {
  return Object.assign(illustrations(), ...presets.map((preset) => resultFigures(results, preset)), methodFigures(results, federated), landscapeFigures({ studies, paths, minima })) as NamedFigures;
}
