/** What every long function takes. */
export interface Stoppable {
  /** Ends the call in good order when it is aborted. In a notebook the kernel's interrupt (the stop button) does so in any case. */
  readonly signal?: AbortSignal;
}

/** Longest JSON of partial results that are printed with the error. */
const MOST_PRINTED = 1000;

/** Ends a long call that was asked to stop. What it changed on its way is as it was before the call. */
export class StoppedError extends Error {
  /** Whether the name of the call, and how far it was, are still missing. */
  readonly isIncomplete: boolean;

  /** @param partial what was computed by then, as plain data; undefined for nothing. */
  constructor(
    message?: string,
    readonly partial?: unknown,
  ) {
    super(message ?? 'The call was stopped before it had finished.');
    this.isIncomplete = message === undefined;
    this.name = 'StoppedError';
    // The kernel prints the enumerable properties of an error: fine for a few numbers, too much for a whole surface.
    Object.defineProperty(this, 'partial', { value: partial, enumerable: JSON.stringify({ partial }).length <= MOST_PRINTED });
    Object.defineProperty(this, 'isIncomplete', { enumerable: false });
    // The kernel prints the stack as well. Nothing went wrong here, so the message is enough.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** A running call of a long function, as the code within it sees it. */
export interface Work {
  /** Whether this call, or one that it is a part of, is to stop. */
  readonly stopping: boolean;
}

/** A running cell of the project's kernel. */
export interface KernelCell {
  /** Aborted by the kernel's interrupt. */
  readonly signal: AbortSignal;
  /** Makes an interrupt wait for a long function to end by itself. @returns a function to call when it has ended. */
  hold(): () => void;
}

/** The project's kernel. */
export interface Kernel {
  /** The cell that the calling code belongs to. */
  cell(): KernelCell | undefined;
  /** Calls a function when the kernel shuts down. */
  readonly onClose: (listener: () => void) => void;
}

/** The kernel (src/setup/tslabKernel.cjs) stores itself under this key of `globalThis`. */
const KERNEL = Symbol.for('samlab.kernel');

/** The kernel that this process is; undefined outside a notebook. */
export function kernel(): Kernel | undefined {
  return (globalThis as { readonly [KERNEL]?: Kernel })[KERNEL];
}

/** The cell that the calling code belongs to; undefined outside a notebook. */
export function kernelCell(): KernelCell | undefined {
  return kernel()?.cell();
}

let findWork: () => Work | undefined = () => undefined;

/** Sets how to find the work that the calling code is a part of. */
export function findWorkBy(find: () => Work | undefined): void {
  findWork = find;
}

/** Whether the calling code is to stop. */
export function isStopping(signal?: AbortSignal): boolean {
  return signal?.aborted === true || (findWork()?.stopping ?? kernelCell()?.signal.aborted ?? false);
}

/** To be called between the parts of a long call. @throws StoppedError if it is to stop. */
export function stopIfAsked(signal?: AbortSignal): void {
  if (isStopping(signal)) {
    throw new StoppedError();
  }
}
