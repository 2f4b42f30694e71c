/** Contents of one output, by MIME type; a front end shows the richest that it knows. */
export type MimeBundle = Readonly<Record<string, string | object>>;

/**
 * Writes one output below the running cell.
 *
 * @param id outputs with the same id replace each other in place.
 * @param update whether an output with this id is there already.
 * @param metadata stored beside the output.
 */
export type OutputWriter = (data: MimeBundle, id?: string, update?: boolean, metadata?: object) => void;

/** Metadata of an output that shows progress; notebooks are stored without such outputs. */
export const PROGRESS = { samlab: 'progress' } as const;

/** The part of tslab's kernel that is used; its own types allow neither objects as data nor a missing kernel. */
interface Kernel {
  readonly lastWriteDisplayData: ((output: { data: MimeBundle; metadata: object; transient: object }, update: boolean) => void) | null;
}

/**
 * How to write outputs, or undefined outside a notebook.
 *
 * tslab's kernel runs cells in its own process, so the module that talks to Jupyter is loaded already; where it
 * is not, there is no kernel.
 */
export function notebookOutput(): OutputWriter | undefined {
  const kernel = require.cache[require.resolve('tslab/dist/jupyter')]?.exports as Kernel | undefined;
  const write = kernel?.lastWriteDisplayData ?? undefined;
  return write && ((data, id, update = false, metadata = {}) => write({ data, metadata, transient: id === undefined ? {} : { display_id: id } }, update));
}

/** As `notebookOutput`. @throws Error outside a notebook; `caller` and `instead` make its message. */
export function requireNotebook(caller: string, instead: string): OutputWriter {
  const write = notebookOutput();
  if (write === undefined) {
    throw new Error(`${caller}: there is no notebook to show it in; ${instead}.`);
  }
  return write;
}
