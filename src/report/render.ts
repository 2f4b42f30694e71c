import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import writeFileAtomic from 'write-file-atomic';
import { DATA } from '../files/stores';
import { drawFigures } from './drawing';
import { PLOTLY_SCRIPT } from '../browser/drawingPage';
import { titleOf, type FigureSpecification } from './figures/specification';
import { escapeHtml } from './html';

/** Name of plotly's script where it lies beside the pages. */
const PLOTLY_BESIDE = 'plotly.js';

/**
 * Writes each figure as `NAME.json` (its plotly specification), `NAME.svg` (not for three-dimensional ones), `NAME.png`
 * and `NAME.html`, an interactive page that opens without a network. The pages of all folders share plotly's script (10 MB) in the
 * project's `node_modules`; where a `plotly.js` lies beside them, as `placePlotly` puts it there, they take that one.
 *
 * Equal figures give equal files.
 *
 * @param figures by name; names are file names without ending.
 * @param folder made if missing.
 * @throws Error if a figure cannot be drawn or a file not be written.
 * @example
 * await figures.renderFigures({ 'my-figure': figures.figure2() }, 'my-figures');
 */
export async function renderFigures(figures: Readonly<Record<string, FigureSpecification>>, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const drawings = await drawFigures(Object.values(figures));
  for (const [index, [name, figure]] of Object.entries(figures).entries()) {
    const { svg, png } = drawings[index]!;
    await writeFileAtomic(join(folder, `${name}.json`), `${JSON.stringify(figure)}\n`);
    await writeFileAtomic(join(folder, `${name}.png`), png);
    await writeFileAtomic(join(folder, `${name}.html`), page(figure, scriptFor(folder)));
    if (svg !== null) {
      await writeFileAtomic(join(folder, `${name}.svg`), `${svg}\n`);
    }
  }
}

/**
 * Writes one figure as `renderFigures` does: `NAME.json`, `.svg`, `.png` and `.html`.
 *
 * @param name a file name without ending.
 * @param folder made if missing; default: `data/own/figures`, which git ignores.
 * @returns the folder.
 * @throws RangeError for a name with a path in it. Else as `renderFigures`.
 * @example
 * await figures.saveFigure(figures.plotCurves({ SGD: sgd.history, mine: mine.history }), 'my-rule');
 */
export async function saveFigure(figure: FigureSpecification, name: string, folder: string = join(DATA, 'own', 'figures')): Promise<string> {
  if (name === '' || /[/\\]/.test(name)) {
    throw new RangeError(`saveFigure: expected a file name without a path, such as "my-figure", got "${name}"; the folder is the third argument.`);
  }
  await renderFigures({ [name]: figure }, folder);
  return folder;
}

/** A page that draws the figure in the browser. */
function page(figure: FigureSpecification, script: string): string {
  // "</script>" in a text would end the script.
  const specification = JSON.stringify(figure).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(titleOf(figure))}</title><script src="${script}"></script></head>
<body><div id="figure"></div><script>
const { data, layout } = ${specification};
Plotly.newPlot('figure', data, layout);
</script></body>
</html>
`;
}

/** Where the pages of a folder find plotly's script. */
function scriptFor(folder: string): string {
  if (existsSync(join(folder, PLOTLY_BESIDE))) {
    return PLOTLY_BESIDE;
  }
  const path = relative(folder, PLOTLY_SCRIPT);
  // On Windows another drive has no relative path.
  return path.startsWith('..') ? path.split(sep).map(encodeURIComponent).join('/') : pathToFileURL(PLOTLY_SCRIPT).href;
}

/** Puts plotly's script beside the pages of a folder, so that the folder can be moved or put on a server. Takes no room on the same disk. */
export async function placePlotly(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const script = join(folder, PLOTLY_BESIDE);
  if (await sameSize(PLOTLY_SCRIPT, script)) {
    return;
  }
  await rm(script, { force: true });
  await link(PLOTLY_SCRIPT, script).catch(() => copyFile(PLOTLY_SCRIPT, script));
}

async function sameSize(from: string, to: string): Promise<boolean> {
  try {
    return (await stat(from)).size === (await stat(to)).size;
  } catch {
    return false;
  }
}
