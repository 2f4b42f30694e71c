import { isAbsolute, relative } from 'node:path';

/** A path as a command prints it: from the folder in which the command runs, if it lies below that, else whole. */
export function shownPath(file: string): string {
  const below = relative(process.cwd(), file);
  return below === '' || below.startsWith('..') || isAbsolute(below) ? file : below;
}
