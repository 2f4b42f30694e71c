import { closeSync, fsyncSync, openSync } from 'node:fs';

/**
 * Has the names of a folder's files reach the disk (fsync(2): that of a file alone does not). Without it a file that was
 * renamed may have its old content, or be empty, after a power cut.
 */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
