import { closeSync, fsyncSync, openSync } from 'node:fs';

/**
 * Writes the names of a folder's files to the disk (see fsync(2): syncing a file alone does not write its name). Without it a
 * file that was renamed may have its old content, or be empty, after a power cut.
 */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
