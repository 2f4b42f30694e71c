import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `body` with a new empty folder and then removes it, after the promise has settled if `body` returns one. */
export function withTemporaryFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const result = body(folder);
    if (result instanceof Promise) {
      return result.finally(remove) as T;
    }
    remove();
    return result;
  } catch (error) {
    remove();
    throw error;
  }
}
