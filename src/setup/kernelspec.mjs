// @ts-check
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KEEP_FREED_MEMORY } from './environment.mjs';
import { writeWhole } from './stamp.mjs';

/** JupyterLab asks no question before the first notebook, and looks for no news or updates on the network. */
const LAB_SETTINGS = { '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false } };

/**
 * Registers the tslab kernel with Jupyter, and writes JupyterLab's settings. The kernel's file names this machine's Node and this
 * folder; it is rewritten when one of them changes.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @returns {import('./step.mjs').Step}
 */
export function kernelspec(layout) {
  const files = [/** @type {const} */ ([layout.kernelspec, specification(layout)]), /** @type {const} */ ([layout.labSettings, LAB_SETTINGS])].map(
    ([file, content]) => ({ file, text: `${JSON.stringify(content, null, 2)}\n` }),
  );
  return {
    title: 'Jupyter kernel for TypeScript',
    megabytes: 1,
    isDone: () => files.every(({ file, text }) => isWritten(file, text)),
    perform: async () => {
      for (const { file, text } of files) {
        mkdirSync(dirname(file), { recursive: true });
        writeWhole(file, text);
      }
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
