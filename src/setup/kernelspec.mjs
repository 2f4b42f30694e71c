// @ts-check
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KEEP_FREED_MEMORY } from './environment.mjs';
import { writeWhole } from './stamp.mjs';

/**
 * Tells Jupyter of the tslab kernel. The file names this machine's Node and this folder; it is written anew when one of
 * them changes.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @returns {import('./step.mjs').Step}
 */
export function kernelspec(layout) {
  const text = `${JSON.stringify(specification(layout), null, 2)}\n`;
  return {
    title: 'Jupyter kernel for TypeScript',
    megabytes: 1,
    isDone: () => isWritten(layout.kernelspec, text),
    perform: async () => {
      mkdirSync(dirname(layout.kernelspec), { recursive: true });
      writeWhole(layout.kernelspec, text);
    },
  };
}

/** @param {import('./layout.mjs').Layout} layout */
function specification(layout) {
  const tslab = join(layout.nodeModules, 'tslab/bin/tslab');
  return {
    argv: [process.execPath, '--require', layout.preload, '--require', layout.kernelPreload, tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript',
    env: { TF_CPP_MIN_LOG_LEVEL: '3', GLIBC_TUNABLES: KEEP_FREED_MEMORY },
  };
}

/**
 * @param {string} file
 * @param {string} text
 */
function isWritten(file, text) {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  }
}
