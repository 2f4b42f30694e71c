import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { isThreeDimensional, titleOf, type FigureSpecification } from './figures/specification';
import { galleryPage } from './galleryPage/galleryPage';
import { escapeHtml } from './html';

/** A drawn figure of a folder. */
interface DrawnFigure {
  /** Its files' name without ending. */
  readonly name: string;
  readonly specification: FigureSpecification;
}

/** Figures under a common heading. */
interface Group {
  readonly title: string;
  readonly about: string;
  readonly figures: readonly DrawnFigure[];
}

/** Kinds of figures, by the beginning or the end of their names; a figure is of the first kind whose pattern matches its name. */
const KINDS = [
  { title: 'Illustrations', pattern: /^figure-\d/, about: 'Computed on losses of two parameters in closed form; no data set and no seed.' },
  { title: 'Results', pattern: /^(?!landscape-).*-(final-errors|tuning|training-.*|errors|chosen-trials)(-recipe-\d+)?$/, about: 'Drawn from stored runs.' },
  { title: 'Methods compared', pattern: /^(?!landscape-)/, about: 'Drawn from stored runs.' },
  { title: 'Loss landscape', pattern: /^/, about: 'Measured around the minima of trained networks; captions say on how many images.' },
] as const;
/** The last part of the name of a landscape's figure, after the study's name: what it shows. */
const LANDSCAPE_PART = /-((eigenvector-)?planes-(contour|surface|topology-\d+)|similarity|spectrum|slices|interpolation|curve|minima|path|sharpness)$/;
/** Room in pixels that `figure` reserves for the title and for a line of the caption, which are text on the page. */
const [TITLE_ROOM, CAPTION_LINE] = [45, 16] as const;
const PICTURE = 'playground.png';
/** The file that `npm run film` writes. */
const FILM = 'playground-network.webp';

/**
 * Writes `index.html`, a gallery of every figure in a folder that leads to the playground beside it. It opens from disk without a network.
 *
 * @param folder holds figures that `renderFigures` drew.
 * @param results where the stored runs lie, relative to the folder.
 * @throws Error if a file cannot be read or written.
 */
export async function writeGallery(folder: string, results: string): Promise<void> {
  const figures = await drawnFigures(folder);
  const groups = sectionsOf(figures);
  const headings = headingsOf(groups);
  const sections = groups.map((group, index) => {
    const stored = group.title === KINDS[0].title ? '' : ` <a href="${escapeHtml(results)}">All stored results</a>.`;
    return section(index, group, stored, headings);
  });
  const parts = [invitation(existsSync(join(folder, PICTURE))), networkInvitation(existsSync(join(folder, FILM))), contents(groups, headings), ...sections];
  await writeFileAtomic(join(folder, 'index.html'), await galleryPage(parts.join('\n')));
}

/** Figures by kind, and those of landscapes by the study that they belong to. */
function sectionsOf(figures: readonly DrawnFigure[]): readonly Group[] {
  return KINDS.flatMap(({ title, about }, index) => {
    const own = figures.filter(({ name }) => KINDS.findIndex(({ pattern }) => pattern.test(name)) === index);
    if (index < KINDS.length - 1) {
      return own.length === 0 ? [] : [{ title, about, figures: own }];
    }
    const studies = [...new Set(own.map(studyOf))];
    return studies.map((study) => ({ title: `${title}: ${studyLabel(study)}`, about, figures: own.filter((figure) => studyOf(figure) === study) }));
  });
}

/** Such as "resnet20-cifar10-seed-1" of "landscape-resnet20-cifar10-seed-1-spectrum". */
function studyOf({ name }: DrawnFigure): string {
  return name.replace(/^landscape-/, '').replace(LANDSCAPE_PART, '');
}

/** Such as "ResNet-20, CIFAR-10, seed 1". */
function studyLabel(study: string): string {
  const written = study.replace(/\bseed-(\d+)/g, 'seed $1').replace(/\bcifar(\d+)/g, 'CIFAR_$1').replace(/\bresnet(\d+)/g, 'ResNet_$1');
  return written.split('-').join(', ').replaceAll('_', '-');
}

/** A heading for each figure, by name. Titles of landscapes occur in every study, so the headings are made different. */
function headingsOf(groups: readonly Group[]): ReadonlyMap<string, string> {
  const titles = groups.flatMap(({ figures }) => figures.map(({ specification }) => headingOf(specification)));
  const isOften = (title: string): boolean => titles.indexOf(title) !== titles.lastIndexOf(title);
  const headings = new Map<string, string>();
  for (const figure of groups.flatMap(({ figures }) => figures)) {
    const title = headingOf(figure.specification);
    const heading = !isOften(title) ? title : `${title}: ${LANDSCAPE_PART.test(figure.name) ? studyLabel(studyOf(figure)) : figure.name}`;
    headings.set(figure.name, [...headings.values()].includes(heading) ? `${title}: ${figure.name}` : heading);
  }
  return headings;
}

/** The figures of a folder in the order of their names, with numbers compared as numbers. */
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

function networkInvitation(filmed: boolean): string {
  const film = filmed ? `<a href="playground-network.html"><img src="${FILM}" alt="Two networks on two moons with wrong labels: the border of SGD’s winds around each of them, SAM’s stays smooth" loading="lazy"></a>` : '';
  return `<section class="invitation${filmed ? ' pictured' : ''}"><div><h2>A network in the playground</h2>
<p>Small networks that train before your eyes with SGD and with SAM, from the same weights and batches: see which of them learns wrong labels.</p>
<a class="button" href="playground-network.html">Train the networks</a></div>${film}</section>`;
}

function contents(groups: readonly Group[], headings: ReadonlyMap<string, string>): string {
  const lines = groups.map(({ title, figures }, index) => {
    const own = figures.map(({ name }) => `<li><a href="#${escapeHtml(name)}">${escapeHtml(headings.get(name)!)}</a></li>`);
    return `<details${index === 0 ? ' open' : ''}><summary><a href="#${sectionId(index)}">${escapeHtml(title)}</a> (${figures.length})</summary><ul>${own.join('')}</ul></details>`;
  });
  return `<nav aria-label="All figures">${lines.join('\n')}</nav>`;
}

function sectionId(index: number): string {
  return `section-${index + 1}`;
}

function section(index: number, { title, about, figures }: Group, stored: string, headings: ReadonlyMap<string, string>): string {
  const drawn = figures.map((figure) => drawnFigure(figure, headings.get(figure.name)!));
  return `<section id="${sectionId(index)}"><h2>${escapeHtml(title)}</h2><p class="about">${about}${stored}</p>\n${drawn.join('\n')}</section>`;
}

function drawnFigure({ name, specification }: DrawnFigure, heading: string): string {
  const threeDimensional = isThreeDimensional(specification);
  const id = escapeHtml(name);
  const picture = `${id}.${threeDimensional ? 'png' : 'svg'}`;
  const links = [[`${id}.json`, 'Data (JSON)'], ...(threeDimensional ? [] : [[`${id}.svg`, 'SVG']]), [`${id}.png`, 'PNG'], [`${id}.html`, 'On a page of its own']];
  // "</script>" in a text would end the script.
  const stored = JSON.stringify({ ...forPage(specification), threeDimensional }).replaceAll('<', '\\u003c');
  return `<figure class="drawn" id="${id}"><h3>${escapeHtml(heading)}</h3>
<div class="plot"><img src="${picture}" alt="${escapeHtml(heading)}" loading="lazy"></div>
<figcaption>${escapeHtml(captionOf(specification))}</figcaption>
<ul class="links">${links.map(([file, text]) => `<li><a href="${file!}">${text!}</a></li>`).join('')}</ul>
<script type="application/json">${stored}</script></figure>`;
}

/** The title; that of a surface says so, since it may be the same as that of the loss from above. */
function headingOf(specification: FigureSpecification): string {
  return `${titleOf(specification).replaceAll('<br>', ' ')}${isThreeDimensional(specification) ? ' (a surface to turn)' : ''}`;
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
