import { PROGRESS } from '../progress/notebookOutput';

/** The parts of a notebook file that are changed; all others stay as they are. */
interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  [key: string]: unknown;
}

interface Cell {
  cell_type: string;
  metadata: Record<string, unknown>;
  outputs?: unknown[];
  execution_count?: number | null;
  [key: string]: unknown;
}

/**
 * An executed notebook as it is stored: without the times, counts and progress bars that change from run to run, and without
 * paths of this machine in its outputs.
 *
 * @param text the file as Jupyter wrote it.
 * @param paths absolute paths and what stands for them, the longest first; such as the project's folder and ".".
 * @throws SyntaxError if the text is not JSON.
 */
export function cleanNotebook(text: string, paths: readonly (readonly [path: string, name: string])[]): string {
  const notebook = JSON.parse(text) as Notebook;
  const withoutPaths = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return paths.reduce((changed, [path, name]) => changed.replaceAll(path, name), value);
    }
    if (Array.isArray(value)) {
      return value.map(withoutPaths);
    }
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutPaths(part)])) : value;
  };
  const cells = notebook.cells.map((cell): Cell => {
    const metadata = Object.fromEntries(Object.entries(cell.metadata).filter(([key]) => key !== 'execution'));
    return cell.cell_type === 'code' ? { ...cell, metadata, execution_count: null, outputs: (cell.outputs ?? []).filter((output) => !isProgress(output)).map(withoutPaths) } : { ...cell, metadata };
  });
  return `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`;
}

function isProgress(output: unknown): boolean {
  return (output as { readonly metadata?: { readonly samlab?: unknown } }).metadata?.samlab === PROGRESS.samlab;
}
