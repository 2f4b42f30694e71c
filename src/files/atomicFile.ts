import { closeSync, openSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { syncFolder } from './syncFolder';

/**
 * Replaces a file by new content in one step: whoever reads it finds the old content or the new one,
 * whole, whatever happens in between (a kill, a power cut, a full disk).
 *
 * The content goes to a temporary file beside it, reaches the disk, and takes the file's name; then the name reaches the disk.
 *
 * @param chunks the content, piece by piece; it never has to be in memory as a whole.
 * @throws Error that names the file, if it cannot be written; the old content is then still there.
 */
export function writeAtomically(file: string, chunks: Iterable<Uint8Array>): void {
  try {
    // The package could take the content as an argument, but writes it in a single call, of which a nearly full
    // disk silently keeps only the beginning. `writeFileSync` continues until all is written.
    writeFileAtomic.sync(file, '', { tmpfileCreated: (temporary) => writeChunks(temporary, chunks) });
    syncFolder(dirname(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`writeAtomically: ${file} could not be written (${reason}); what was there before is unchanged.`, { cause: error });
  }
}

function writeChunks(file: string, chunks: Iterable<Uint8Array>): void {
  const descriptor = openSync(file, 'r+');
  try {
    for (const chunk of chunks) {
      writeFileSync(descriptor, chunk);
    }
  } finally {
    closeSync(descriptor);
  }
}
