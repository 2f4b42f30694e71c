import { copyFile, mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { drawFigures, PLOTLY_SCRIPT } from './drawing';
import { titleOf, type FigureSpecification } from './figures/specification';
import { escapeHtml } from './tableText';

/**
 * Writes each figure as `NAME.json` (its plotly specification), `NAME.svg` (not for three-dimensional ones), `NAME.png`
 * and `NAME.html`, an interactive page that opens without a network: plotly's script lies beside it.
 *
 * Equal figures give equal files.
 *
 * @param figures by name; names are file names without ending.
 * @param folder made if missing.
 * @throws Error if a figure cannot be drawn or a file not be written.
 */
export async function renderFigures(figures: Readonly<Record<string, FigureSpecification>>, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const script = join(folder, basename(PLOTLY_SCRIPT));
  if (!(await sameSize(PLOTLY_SCRIPT, script))) {
    await copyFile(PLOTLY_SCRIPT, script);
  }
  const drawings = await drawFigures(Object.values(figures));
  for (const [index, [name, figure]] of Object.entries(figures).entries()) {
    const { svg, png } = drawings[index]!;
    await writeFileAtomic(join(folder, `${name}.json`), `${JSON.stringify(figure)}\n`);
    await writeFileAtomic(join(folder, `${name}.png`), png);
    await writeFileAtomic(join(folder, `${name}.html`), page(figure, basename(script)));
    if (svg !== null) {
      await writeFileAtomic(join(folder, `${name}.svg`), `${svg}\n`);
    }
  }
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

async function sameSize(from: string, to: string): Promise<boolean> {
  try {
    return (await stat(from)).size === (await stat(to)).size;
  } catch {
    return false;
  }
}
