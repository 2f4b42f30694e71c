// @ts-check
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * A stamp records what a folder was made from. It lies in that folder and is written last, so it never outlives the folder.
 *
 * @typedef {Readonly<Record<string, string | number>>} Stamp
 */

/**
 * @param {readonly string[]} files
 * @returns {string} SHA-256 over the files' names and contents
 */
export function hashFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @param {Stamp} stamp
 * @returns {boolean} whether the file holds exactly this stamp
 */
export function isStamped(file, stamp) {
  try {
    return readFileSync(file, 'utf8') === serialize(stamp);
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @param {Stamp} stamp
 */
export function writeStamp(file, stamp) {
  writeWhole(file, serialize(stamp));
}

/**
 * Writes a file so that it is never seen half written.
 *
 * @param {string} file
 * @param {string} text
 */
export function writeWhole(file, text) {
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
}

/**
 * @param {Stamp} stamp
 */
function serialize(stamp) {
  return `${JSON.stringify(stamp, null, 2)}\n`;
}
