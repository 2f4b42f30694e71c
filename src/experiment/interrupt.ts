/** Thrown when an interrupt has ended a training; what it needs to go on is stored. */
export class TrainingInterrupted extends Error {
  override readonly name = 'TrainingInterrupted';

  constructor(run: string) {
    super(`Stopped ${run} at your request; its checkpoint is stored. Run this cell again and it goes on from there.`);
    // The kernel prints the stack of what ends a cell; here nothing went wrong, and the sentence is enough.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/**
 * Runs `body` with a flag that an interrupt (the stop button of a notebook, Ctrl-C in a terminal) sets.
 *
 * tslab's own answer to an interrupt is to report the cell as ended while its promises go on. So its listeners
 * are set aside meanwhile. A second interrupt, for a body that does not look at the flag, is handed to them; where
 * there are none, it ends the process.
 */
export async function withStopFlag<T>(body: (shouldStop: () => boolean) => Promise<T>): Promise<T> {
  // Node takes all listeners away while the synchronous part of a cell runs, and afterwards resets the signal: one
  // that was added meanwhile would not be called, and the interrupt would end the kernel.
  await new Promise(setImmediate);
  const others = process.listeners('SIGINT');
  let stopping = false;
  const ask = (signal: NodeJS.Signals): void => {
    if (stopping && others.length === 0) {
      process.exit(130);
    }
    if (stopping) {
      others.forEach((listener) => listener(signal));
    }
    stopping = true;
  };
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', ask);
  try {
    return await body(() => stopping);
  } finally {
    process.off('SIGINT', ask);
    others.forEach((listener) => process.on('SIGINT', listener));
  }
}
