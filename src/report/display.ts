import { drawFigures } from './drawing';
import { titleOf, type FigureSpecification } from './figures/specification';
import { requireNotebook, type MimeBundle } from '../progress/notebookOutput';
import type { ResultTable } from './tables';
import { recordsToHtml, recordsToMarkdown, type Headings } from './recordTable';
import { toHtml, toMarkdown } from './tableText';

/** A notebook stores the picture of a surface beside the interactive figure, and should stay below a megabyte. */
const PNG_SCALE = 1;

/**
 * Shows figures below the running cell: interactive where there is plotly's renderer, and as an SVG (a PNG where it is
 * three-dimensional) everywhere else, so that a saved notebook reads well on a code host.
 *
 * The first figure of a kernel starts a browser, which takes some seconds; all others are drawn in it.
 *
 * @throws Error outside a notebook, and if a figure cannot be drawn.
 * @example
 * await figures.displayFigure(figures.figure2());
 */
export async function displayFigure(...figures: readonly FigureSpecification[]): Promise<void> {
  const write = requireNotebook('displayFigure', 'draw it into files with renderFigures');
  const drawings = await drawFigures(figures, PNG_SCALE);
  figures.forEach((figure, index) => {
    const { svg, png } = drawings[index]!;
    const picture: MimeBundle = svg === null ? { 'image/png': png.toString('base64') } : { 'image/svg+xml': svg };
    write({ 'application/vnd.plotly.v1+json': rounded({ data: figure.data, layout: figure.layout }), ...picture, 'text/plain': titleOf(figure) });
  });
}

/** The same with numbers of seven digits, which is more than a screen shows: further digits would double the text of a surface. */
function rounded(plain: object): object {
  return JSON.parse(JSON.stringify(plain, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(7)) : value))) as object;
}

/** Shows tables of results below the running cell, as HTML and as Markdown. @throws Error outside a notebook. */
export function displayTable(...tables: readonly ResultTable[]): void {
  const write = requireNotebook('displayTable', 'print toMarkdown(table)');
  for (const table of tables) {
    write({ 'text/html': toHtml(table), 'text/markdown': toMarkdown(table), 'text/plain': toMarkdown(table) });
  }
}

/** Shows a paragraph of Markdown below the running cell. @throws Error outside a notebook. */
export function displayText(markdown: string): void {
  requireNotebook('displayText', 'print it')({ 'text/markdown': markdown, 'text/plain': markdown });
}

/**
 * Shows plain records as a table below the running cell: one column a field, numbers with four significant digits.
 *
 * @param rows records with the same fields.
 * @param headings heading of a column, by field. Default: the field's name.
 * @throws Error outside a notebook; RangeError if there is no row.
 * @example
 * figures.displayRecords('Minima', [{ w1: 1, loss: 0.2 }], { w1: 'w₁', loss: 'loss, nats' });
 */
export function displayRecords(title: string, rows: readonly object[], headings: Headings = {}): void {
  const write = requireNotebook('displayRecords', 'print the rows with console.table');
  const markdown = recordsToMarkdown(title, rows, headings);
  write({ 'text/html': recordsToHtml(title, rows, headings), 'text/markdown': markdown, 'text/plain': markdown });
}
