import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Milliseconds between two looks at a lock that another process holds. */
const PATIENCE = 2;
/** Milliseconds after which a lock is left over from a process that was killed: a reading and a writing take a few. */
const STALE = 10_000;

function isStale(lock: string): boolean {
  try {
    return Date.now() - statSync(lock).mtimeMs > STALE;
  } catch {
    // It was freed meanwhile.
    return false;
  }
}

function acquire(lock: string): void {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx'));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
      if (isStale(lock)) {
        rmSync(lock, { force: true });
      } else {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE);
      }
    }
  }
}

/** Runs `body`, which reads a file and writes it anew, while no other process that asks this way does. Calls do not nest. */
export function withFileLock<T>(file: string, body: () => T): T {
  const lock = `${file}.lock`;
  acquire(lock);
  try {
    return body();
  } finally {
    rmSync(lock, { force: true });
  }
}
