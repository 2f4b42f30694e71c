import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { isThreeDimensional, titleOf, type FigureSpecification } from './figures/specification';
import { galleryPage } from './pages';
import { escapeHtml } from './tableText';

/** A drawn figure of a folder. */
interface DrawnFigure {
  /** Its files' name without ending. */
  readonly name: string;
  readonly specification: FigureSpecification;
}

/** The sections of the gallery; a figure belongs to the first whose pattern its name has. */
const SECTIONS = [
  { title: 'Illustrations', pattern: /^figure-\d/, about: 'Computed on losses of two parameters in closed form; no data set and no seed.' },
  { title: 'Loss landscapes', pattern: /^landscape-/, about: 'Measured around the minima of trained networks; captions say on how many images.' },
  { title: 'Results', pattern: /^/, about: 'Drawn from stored runs.' },
] as const;
/** What `figure` keeps free for a title, and for a line of the caption, in pixels; on the page they are text. */
const [TITLE_ROOM, CAPTION_LINE] = [45, 16] as const;
const PICTURE = 'playground.png';

/**
 * Writes `index.html`, a gallery of every figure in a folder that leads to the playground beside it. It opens from disk without a network.
 *
 * @param folder holds figures that `renderFigures` drew.
 * @param results where the stored runs lie, relative to the folder.
 * @throws Error if a file cannot be read or written.
 */
export async function writeGallery(folder: string, results: string): Promise<void> {
  const figures = await drawnFigures(folder);
  const sections = SECTIONS.map(({ title, about }, index) => {
    const own = figures.filter(({ name }) => SECTIONS.findIndex(({ pattern }) => pattern.test(name)) === index);
    const stored = title === 'Illustrations' ? '' : ` <a href="${escapeHtml(results)}">All stored results</a>.`;
    return own.length === 0 ? '' : section(title, `${about}${stored}`, own);
  });
  const parts = [invitation(existsSync(join(folder, PICTURE))), contents(figures), ...sections];
  await writeFileAtomic(join(folder, 'index.html'), await galleryPage(parts.join('\n')));
}

/** The figures of a folder in the order of their names, numbered as readers count. */
async function drawnFigures(folder: string): Promise<readonly DrawnFigure[]> {
  const names = (await readdir(folder)).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  const drawn = names.filter((name) => existsSync(join(folder, `${name}.html`))).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return Promise.all(drawn.map(async (name) => ({ name, specification: JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as FigureSpecification })));
}

function invitation(pictured: boolean): string {
  const picture = pictured ? `<a href="playground.html"><img src="${PICTURE}" alt="The playground: a map and a surface of a loss with the paths of several methods" loading="lazy"></a>` : '';
  return `<section class="invitation${pictured ? ' pictured' : ''}"><div><h2>The playground</h2>
<p>SGD and sharpness-aware methods side by side on losses of two parameters: choose a start, turn the dials, watch each perturbation.</p>
<a class="button" href="playground.html">Open the playground</a></div>${picture}</section>`;
}

function contents(figures: readonly DrawnFigure[]): string {
  const lines = figures.map(({ name, specification }) => `<li><a href="#${escapeHtml(name)}">${escapeHtml(headingOf(specification))}</a></li>`);
  return `<nav aria-label="All figures"><ul>${lines.join('')}</ul></nav>`;
}

function section(title: string, about: string, figures: readonly DrawnFigure[]): string {
  return `<section><h2>${title}</h2><p class="about">${about}</p>\n${figures.map(drawnFigure).join('\n')}</section>`;
}

function drawnFigure({ name, specification }: DrawnFigure): string {
  const threeDimensional = isThreeDimensional(specification);
  const id = escapeHtml(name);
  const picture = `${id}.${threeDimensional ? 'png' : 'svg'}`;
  const links = [[`${id}.json`, 'Data (JSON)'], ...(threeDimensional ? [] : [[`${id}.svg`, 'SVG']]), [`${id}.png`, 'PNG'], [`${id}.html`, 'On a page of its own']];
  // "</script>" in a text would end the script.
  const stored = JSON.stringify({ ...forPage(specification), threeDimensional }).replaceAll('<', '\\u003c');
  return `<figure class="drawn" id="${id}"><h3>${escapeHtml(headingOf(specification))}</h3>
<div class="plot"><img src="${picture}" alt="${escapeHtml(titleOf(specification))}" loading="lazy"></div>
<figcaption>${escapeHtml(captionOf(specification))}</figcaption>
<ul class="links">${links.map(([file, text]) => `<li><a href="${file!}">${text!}</a></li>`).join('')}</ul>
<script type="application/json">${stored}</script></figure>`;
}

/** The title; a surface says that it is one, for it may share its title with the same loss seen from above. */
function headingOf(specification: FigureSpecification): string {
  return `${titleOf(specification)}${isThreeDimensional(specification) ? ' (a surface to turn)' : ''}`;
}

/** What `figure` printed below the axes, as one line: its last note. */
export function captionOf({ layout }: FigureSpecification): string {
  return notesOf(layout).at(-1)?.text.replaceAll('<br>', ' ') ?? '';
}

/** The figure without its title and its caption, and without the room for them. */
function forPage({ data, layout }: FigureSpecification): FigureSpecification {
  const notes = notesOf(layout);
  const stripped = { ...layout, title: { text: '' }, annotations: notes.slice(0, -1) };
  const { margin } = layout as { readonly margin?: { readonly t: number; readonly b: number } };
  if (margin === undefined) {
    return { data, layout: stripped };
  }
  const captionRoom = CAPTION_LINE * (notes.at(-1)?.text.split('<br>').length ?? 0);
  return { data, layout: { ...stripped, margin: { ...margin, t: margin.t - TITLE_ROOM, b: margin.b - captionRoom }, height: layout.height - TITLE_ROOM - captionRoom } };
}

function notesOf(layout: FigureSpecification['layout']): readonly { readonly text: string }[] {
  const { annotations } = layout as { readonly annotations?: readonly { readonly text: string }[] };
  return annotations ?? [];
}
