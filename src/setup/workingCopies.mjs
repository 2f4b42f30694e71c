// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './stamp.mjs';

/** Stores from which text of a notebook each copy was made. */
const RECORD = '.copies.json';

/**
 * Puts copies of the notebooks into a folder that git ignores, for JupyterLab rewrites what it opens. An
 * unchanged copy is replaced when its notebook changes; a changed copy is left alone. A deleted copy is made again.
 *
 * @param {string} from folder of the notebooks
 * @param {string} to folder of the copies, made if missing
 * @returns {string[]} names of changed copies whose notebook has changed since they were made
 */
export function refreshWorkingCopies(from, to) {
  mkdirSync(to, { recursive: true });
  const record = readRecord(join(to, RECORD));
  const behind = [];
  for (const name of readdirSync(from).filter((file) => file.endsWith('.ipynb'))) {
    const text = readFileSync(join(from, name), 'utf8');
    const copy = join(to, name);
    const present = existsSync(copy) ? hashOf(readFileSync(copy, 'utf8')) : undefined;
    const wanted = hashOf(text);
    if (present === undefined || (present === record[name] && present !== wanted)) {
      writeWhole(copy, text);
    } else if (present !== wanted) {
      if (record[name] !== wanted) behind.push(name);
      continue;
    }
    record[name] = wanted;
  }
  writeWhole(join(to, RECORD), `${JSON.stringify(record, null, 1)}\n`);
  return behind;
}

/** @param {string} text */
function hashOf(text) {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * @param {string} file
 * @returns {Record<string, string>} empty where it cannot be read: every copy then counts as changed, and none is overwritten
 */
function readRecord(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
