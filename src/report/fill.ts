/** Generated text by the name of its place. */
export type Contents = Readonly<Record<string, string>>;

/** Begin and end of a place: `<!-- begin NAME -->` and `<!-- end NAME -->`. */
const MARKER = /<!-- (begin|end) ([\w-]+) -->/g;

/**
 * Fills the places of a document that stand between `<!-- begin NAME -->` and `<!-- end NAME -->`. All other text
 * stays as it is, and filling twice is the same as filling once. Markers on one line hold a part of a
 * sentence, markers on lines of their own a block. A line that begins with a marker and goes on is refused: Markdown takes the whole
 * line for HTML, and shows links and asterisks in it as they are.
 *
 * @param document the text with the markers.
 * @param contents text by the name of its place; names that the document does not have are ignored.
 * @param name of the document, for messages.
 * @throws Error if a marker is not closed, is closed twice, stands within another, has no content, or begins a line that goes on.
 */
export function fill(document: string, contents: Contents, name: string): string {
  let filled = '';
  let position = 0;
  let open: string | undefined;
  for (const { 0: marker, 1: side, 2: place = '', index } of document.matchAll(MARKER)) {
    const line = document.slice(0, index).split('\n').length;
    const content = contents[place];
    if (content === undefined) {
      throw new Error(`fill: ${name}, line ${line}: nothing is called "${place}"; use one of ${Object.keys(contents).join(', ')}.`);
    }
    if (side === 'begin' ? open !== undefined : open !== place) {
      throw new Error(`fill: ${name}, line ${line}: "${marker}" ${open === undefined ? 'has no begin before it' : `stands where "<!-- end ${open} -->" is due`}.`);
    }
    if (/(^|\n)[ \t]*(([-*+>]|\d+[.)])[ \t]+)*$/.test(document.slice(0, index)) && !/^[ \t]*(\r?\n|$)/.test(document.slice(index + marker.length))) {
      throw new Error(`fill: ${name}, line ${line}: text follows "${marker}" at the beginning of a line, which Markdown shows unformatted; put the marker on a line of its own, or words before it.`);
    }
    if (side === 'begin') {
      filled += document.slice(position, index + marker.length);
      open = place;
    } else {
      const block = document.slice(position, index).includes('\n');
      filled += (block ? `\n${content}\n` : content) + marker;
      open = undefined;
    }
    position = index + marker.length;
  }
  if (open !== undefined) {
    throw new Error(`fill: ${name}: "<!-- begin ${open} -->" is never closed; add "<!-- end ${open} -->".`);
  }
  return filled + document.slice(position);
}
