import { escapeHtml } from './html';

/** Header and cells of records, as text. */
interface RecordCells {
  readonly header: readonly string[];
  readonly cells: readonly (readonly string[])[];
}

/** Headings of columns, by field. Default: the field's name. */
export type Headings = Readonly<Record<string, string>>;

/** Plain records as a table in GitHub's Markdown, the title above. @throws RangeError if there is no row. */
export function recordsToMarkdown(title: string, rows: readonly object[], headings: Headings = {}): string {
  const { header, cells } = recordCells(title, rows, headings);
  const line = (texts: readonly string[]): string => `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`**${title}**`, '', line(header), `|${header.map(() => '---').join('|')}|`, ...cells.map(line)].join('\n');
}

/** Plain records as an HTML table, the title above. @throws RangeError if there is no row. */
export function recordsToHtml(title: string, rows: readonly object[], headings: Headings = {}): string {
  const { header, cells } = recordCells(title, rows, headings);
  const row = (tag: 'th' | 'td', texts: readonly string[]): string =>
    `<tr>${texts.map((text, column) => `<${tag} style="text-align:${column === 0 ? 'left' : 'right'}">${escapeHtml(text)}</${tag}>`).join('')}</tr>`;
  return `<p><b>${escapeHtml(title)}</b></p><table><thead>${row('th', header)}</thead><tbody>${cells.map((texts) => row('td', texts)).join('')}</tbody></table>`;
}

function recordCells(title: string, rows: readonly object[], headings: Headings): RecordCells {
  const [first] = rows;
  if (first === undefined) {
    throw new RangeError(`recordCells: expected one row or more for "${title}", got none.`);
  }
  const fields = Object.keys(first);
  return { header: fields.map((field) => headings[field] ?? field), cells: rows.map((row) => fields.map((field) => cellText((row as Readonly<Record<string, unknown>>)[field]))) };
}

/** Whole numbers in full, others with four significant digits; nothing for what is missing. */
function cellText(value: unknown): string {
  if (typeof value === 'number') {
    return Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(4)));
  }
  return value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
}
