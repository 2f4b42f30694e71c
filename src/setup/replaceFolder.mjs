// @ts-check
import { existsSync, renameSync, rmSync } from 'node:fs';

/**
 * Puts a finished folder in the place of an old one. Programs that have the old one's files open keep them.
 *
 * @param {string} folder
 * @param {string} draft
 */
export function replaceFolder(folder, draft) {
  const old = `${folder}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(draft, folder);
  rmSync(old, { recursive: true, force: true });
}
