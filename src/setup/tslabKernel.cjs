// @ts-check
'use strict';
/*
 * Loaded before everything else in the notebooks' kernel. It mends some things in tslab 1.0.22 without changing its files:
 *
 * - An interrupt ends the cell, but not what the cell awaits. Here a cell has a signal that the interrupt aborts, and long
 *   functions of the project, which end by themselves, are waited for. The cell then counts as one that failed, so that queued
 *   cells do not run, but its declarations are kept.
 * - What the project keeps open for a kernel, such as a browser, is closed when the kernel shuts down.
 * - Shift+Tab shows what a function returns and throws without saying which is which; here it says so.
 * - `{ config }` with a name from an earlier cell is compiled to something that does not run; `{ config: config }` is not.
 */
const { AsyncLocalStorage } = require('node:async_hooks');

/** @typedef {{ execute(src: string): Promise<boolean>, interrupt(): void, close(): void }} Executor */
/** @typedef {{ offset: number, line: number, character: number }} Place */
/** @typedef {{ start: Place, end: Place, fileName?: string }} Diagnostic */
/** @typedef {{ tags?: { name: string, text?: { text: string }[] }[] }} QuickInfo */
/** @typedef {{ diagnostics: Diagnostic[] }} Converted */
/** @typedef {{ convert(prevDecl: string, src: string): Converted }} Converter */

const { AbortController } = globalThis;

/** Milliseconds that a cell may still take after an interrupt when no long function of the project runs in it. */
const GRACE = 2000;

/** A running cell, as `src/progress/work.ts` knows it. */
class Cell {
  /** @param {(cell: Cell) => void} onRelease */
  constructor(onRelease) {
    this.stop = new AbortController();
    this.held = 0;
    this.onRelease = onRelease;
  }

  get signal() {
    return this.stop.signal;
  }

  /** @returns {() => void} */
  hold() {
    this.held++;
    return () => {
      this.held--;
      this.onRelease(this);
    };
  }
}

/**
 * @param {(...args: unknown[]) => Executor} createExecutor
 * @returns {(...args: unknown[]) => Executor}
 */
function withInterrupts(createExecutor) {
  return (...args) => {
    const executor = createExecutor(...args);
    /** @type {AsyncLocalStorage<Cell>} */
    const cells = new AsyncLocalStorage();
    /** Cells that are running, and those that have ended while something they began goes on. @type {Set<Cell>} */
    const active = new Set();
    /** @type {Cell | undefined} */
    let running;

    /** @param {Cell} cell */
    const onRelease = (cell) => {
      if (cell !== running && cell.held === 0) active.delete(cell);
      if (cell.signal.aborted) endSoon(cell);
    };
    /** Ends a cell that takes long with code that is not the project's. @param {Cell} cell */
    const endSoon = (cell) => {
      setTimeout(() => {
        if (cell === running && cell.held === 0) executor.interrupt();
      }, GRACE).unref();
    };
    /** @type {Set<() => void>} */
    const closing = new Set();
    const kernel = { cell: () => cells.getStore(), onClose: closing.add.bind(closing) };
    Object.assign(globalThis, { [Symbol.for('samlab.kernel')]: kernel });

    return {
      ...executor,
      async execute(src) {
        const cell = new Cell(onRelease);
        active.add((running = cell));
        try {
          const succeeded = await cells.run(cell, () => executor.execute(src));
          return succeeded && !cell.signal.aborted;
        } finally {
          running = undefined;
          if (cell.held === 0) active.delete(cell);
        }
      },
      close() {
        executor.close();
        closing.forEach((listener) => listener());
      },
      interrupt() {
        const wasAsked = running?.signal.aborted === true;
        for (const cell of active) cell.stop.abort();
        if (running === undefined || wasAsked || running.held === 0) executor.interrupt();
      },
    };
  };
}

/**
 * @param {(...args: unknown[]) => Converter} createConverter
 * @returns {(...args: unknown[]) => Converter}
 */
function withShorthand(createConverter) {
  return (...args) => {
    const converter = createConverter(...args);
    return {
      ...converter,
      convert(prevDecl, src) {
        const { text, insertions } = writeOutShorthand(src);
        const converted = converter.convert(prevDecl, text);
        const inCell = converted.diagnostics.map(({ start, end, ...rest }) => {
          // A diagnostic with a file name belongs to an imported file.
          return rest.fileName === undefined ? { ...rest, start: placeInSource(start, insertions), end: placeInSource(end, insertions) } : { ...rest, start, end };
        });
        return { ...converted, diagnostics: inCell };
      },
    };
  };
}

/**
 * Writes `{ a, b = 1 }` in object literals as `{ a: a, b: b = 1 }`, which means the same.
 *
 * @param {string} src
 */
function writeOutShorthand(src) {
  const ts = require('@tslab/typescript-for-tslab');
  /** Where in the new text names were put in, and how long they are. @type {{ at: number, length: number }[]} */
  const insertions = [];
  let text = '';
  let copied = 0;
  /** @param {any} node */
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node)) {
      const from = node.name.getStart();
      text += src.slice(copied, from);
      copied = from;
      insertions.push({ at: text.length, length: node.name.text.length + 2 });
      text += `${node.name.text}: `;
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('cell.ts', src, ts.ScriptTarget.Latest, true));
  return { text: text + src.slice(copied), insertions };
}

/**
 * Where in the cell a place of the new text is.
 *
 * @param {Place} place
 * @param {readonly { at: number, length: number }[]} insertions
 * @returns {Place}
 */
function placeInSource({ offset, line, character }, insertions) {
  /** @param {number} from */
  const before = (from) => insertions.filter(({ at }) => at >= from && at < offset).reduce((sum, { length }) => sum + length, 0);
  return { offset: offset - before(0), line, character: character - before(offset - character) };
}

/**
 * @param {(info: QuickInfo) => string} printQuickInfo
 * @returns {(info: QuickInfo) => string}
 */
function withTagNames(printQuickInfo) {
  return (info) => {
    const named = (info.tags ?? []).map((tag) => (tag.name === 'param' || !tag.text ? tag : { ...tag, text: [{ text: `@${tag.name} ` }, ...tag.text] }));
    return printQuickInfo({ ...info, tags: named });
  };
}

/** @param {NodeJS.Require} load */
function mend(load) {
  const executor = load('tslab/dist/executor');
  executor.createExecutor = withInterrupts(executor.createExecutor);
  const inspect = load('tslab/dist/inspect');
  inspect.printQuickInfo = withTagNames(inspect.printQuickInfo);
  const converter = load('tslab/dist/converter');
  converter.createConverter = withShorthand(converter.createConverter);
}

// Threads and processes that the kernel starts inherit its options, and must stay as they are.
if (require('node:worker_threads').isMainThread && process.argv[2] === 'kernel') mend(require);
