import { AsyncLocalStorage } from 'node:async_hooks';
import { notebookOutput, PROGRESS, type OutputWriter } from './notebookOutput';
import { duration, progressBar } from './progressBar';
import { findWorkBy, kernelCell, StoppedError, type KernelCell, type Stoppable, type Work } from './work';

/** Milliseconds before the bar appears: shorter work shows none. */
const PATIENCE = 1000;
/** Milliseconds between updates of the bar; more frequent ones would only keep the front end busy. */
const INTERVAL = 500;
/** Milliseconds after which other work of the process, such as an interrupt, gets its turn. */
const TURN = 20;

/** How far a call is. */
export interface Steps {
  readonly done: number;
  readonly of: number;
  /** What is counted, such as "products". */
  readonly unit: string;
  /** Shown instead of "12 of 49 products · 35 s left". */
  readonly text?: string;
}

const storage = new AsyncLocalStorage<LongWork>();
findWorkBy(() => storage.getStore());
let bars = 0;

/** A running call of a long function. */
export class LongWork implements Work {
  readonly #started = performance.now();
  #turnAt = performance.now();
  #steps: Steps | undefined;
  #stepsOfPart: Steps | undefined;
  #bar: Bar | undefined;
  #partial: (() => unknown) | undefined;

  constructor(
    private readonly title: string,
    private readonly signal: AbortSignal | undefined,
    private readonly parent: LongWork | undefined,
    private readonly cell: KernelCell | undefined,
    write: OutputWriter | undefined,
  ) {
    this.#bar = write && new Bar(title, write);
  }

  /** Title of the outermost call that this one is a part of, for messages. */
  get name(): string {
    return this.parent?.name || this.title;
  }

  get stopping(): boolean {
    return this.signal?.aborted === true || (this.parent?.stopping ?? this.cell?.signal.aborted ?? false);
  }

  /** Reports how far the call is. A call that counts nothing itself passes on what the calls within it count. */
  report(steps: Steps): void {
    this.#steps = steps;
    this.#bar?.show(steps, this.#started);
    this.parent?.reportOfPart(steps);
  }

  private reportOfPart(steps: Steps): void {
    if (this.#steps === undefined) {
      this.#stepsOfPart = steps;
      this.#bar?.show(steps, this.#started);
      this.parent?.reportOfPart(steps);
    }
  }

  /** As `report`; then other work of the process gets its turn. @throws StoppedError if the call is to stop. */
  async advance(steps: Steps, partial?: () => unknown): Promise<void> {
    this.#partial = partial;
    this.report(steps);
    if (performance.now() - this.#turnAt >= TURN) {
      await new Promise(setImmediate);
      this.#turnAt = performance.now();
    }
    if (this.stopping && steps.done < steps.of) {
      throw new StoppedError();
    }
  }

  /** The error to throw when one has ended the call: a stop is completed with what was stopped, how far it was and the partial results. */
  completed(error: unknown): unknown {
    if (!(error instanceof StoppedError && error.isIncomplete)) {
      return error;
    }
    const partial = this.#partial?.() ?? error.partial;
    if (this.parent !== undefined) {
      return new StoppedError(undefined, partial);
    }
    const steps = this.#steps ?? this.#stepsOfPart;
    return new StoppedError(`${this.title} was stopped at your request${steps ? ` after ${countOf(steps)}` : ''}.`, partial);
  }

  /** Prints in a notebook that an interrupt has ended the call, and what is kept. Only the outermost call prints. */
  tellStopped(kept: string): void {
    if (this.parent === undefined && this.cell?.signal.aborted === true) {
      console.log(`Stopped at your request: ${this.title}${this.#steps ? ` after ${countOf(this.#steps)}` : ''}. ${kept}`);
    }
  }

  /** Closes the bar. */
  close(error: unknown): void {
    this.#bar?.close(error !== undefined || this.stopping, this.#started);
  }
}

function countOf({ done, of, unit }: Steps): string {
  return `${Math.floor(done)} of ${of} ${unit}`;
}

/** A bar below the running cell, which appears once the work has taken `PATIENCE`. */
class Bar {
  readonly #id = `samlab-progress-${process.pid}-${++bars}`;
  #shownAt: number | undefined;
  #steps: Steps | undefined;

  constructor(
    private readonly title: string,
    private readonly write: OutputWriter,
  ) {}

  show(steps: Steps, started: number): void {
    this.#steps = steps;
    const now = performance.now();
    if (now - (this.#shownAt ?? started + PATIENCE - INTERVAL) < INTERVAL) {
      return;
    }
    const share = steps.done / steps.of;
    const left = share > 0 ? ` · ${duration(((now - started) / 1000) * (1 / share - 1))} left` : '';
    this.draw(steps.text ?? `${countOf(steps)}${left}`, share);
  }

  close(stopped: boolean, started: number): void {
    if (this.#shownAt !== undefined) {
      const steps = this.#steps!;
      const what = stopped ? `stopped after ${countOf(steps)}` : countOf(steps);
      this.draw(`${what} · ${duration((performance.now() - started) / 1000)}`, stopped ? steps.done / steps.of : 1);
    }
  }

  private draw(text: string, share: number): void {
    this.write({ 'image/svg+xml': progressBar(this.title, text, share), 'text/plain': `${this.title}: ${text}` }, this.#id, this.#shownAt !== undefined, PROGRESS);
    this.#shownAt = performance.now();
  }
}

/**
 * Runs a long public function, so that it can be stopped, by its `signal` and in a notebook by the kernel's interrupt, and shows
 * in a notebook how far it is: a bar below the running cell, with the time left, unless it has an `onProgress` of its own.
 *
 * A call within another long function shares its signal and its bar.
 *
 * @param title its name in messages and above the bar.
 */
export async function longWork<T>(title: string, { signal, onProgress }: Stoppable & { readonly onProgress?: unknown }, body: (work: LongWork) => Promise<T>): Promise<T> {
  const parent = storage.getStore();
  const cell = kernelCell();
  const write = parent === undefined && onProgress === undefined && cell !== undefined ? notebookOutput() : undefined;
  const work = new LongWork(title, signal, parent, cell, write);
  const release = parent === undefined ? cell?.hold() : undefined;
  let failure: unknown;
  try {
    return await storage.run(work, () => body(work));
  } catch (error) {
    failure = work.completed(error);
    throw failure;
  } finally {
    work.close(failure);
    release?.();
  }
}

/** Runs a short part of a long function that must not be cut off: no signal reaches it. */
export function uninterrupted<T>(body: () => Promise<T>): Promise<T> {
  return storage.run(new LongWork('', undefined, undefined, undefined, undefined), body);
}
