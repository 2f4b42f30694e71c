import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { waitForLockSync } from 'fs-native-extensions';

/**
 * Runs `body`, which reads a file and rewrites it, while no other process does so through this function. Calls do not nest.
 *
 * The lock is the system's, on an empty file `<file>.lock` that stays: removing it would let two processes lock two files of
 * one name. The system frees the lock when the process ends, however it ends, so no stale lock is ever left over.
 *
 * @throws Error that names the file, if the lock cannot be had, as on a file system without locks.
 */
export function withFileLock<T>(file: string, body: () => T): T {
  const descriptor = openLock(`${file}.lock`);
  try {
    return body();
  } finally {
    closeSync(descriptor);
  }
}

function openLock(lock: string): number {
  let descriptor: number | undefined;
  try {
    mkdirSync(dirname(lock), { recursive: true });
    descriptor = openSync(lock, 'a');
    waitForLockSync(descriptor);
    return descriptor;
  } catch (error) {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
    throw new Error(`withFileLock: ${lock} cannot be locked (${(error as Error).message}); it has to be a file that this process may write, on a file system that has locks.`, { cause: error });
  }
}
