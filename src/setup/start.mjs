// @ts-check
import { join } from 'node:path';
import { runInForeground } from './programs.mjs';
import { refreshWorkingCopies } from './workingCopies.mjs';

/** Holds the user's working copies of the notebooks; git ignores it. */
const COPIES = 'my-notebooks';
const FIRST_NOTEBOOK = `${COPIES}/00-start-here.ipynb`;

/**
 * Opens JupyterLab on a working copy of the first notebook and keeps `dist` up to date with `src` until Ctrl-C ends both.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @param {readonly string[]} args passed on to JupyterLab, for example `--port 8890`
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
export function start(layout, args, env) {
  for (const name of refreshWorkingCopies(join(layout.root, 'notebooks'), join(layout.root, COPIES))) {
    process.stdout.write(`${COPIES}/${name} is yours and stays; notebooks/${name} has changed since. Rename or delete your copy to get the new one.\n`);
  }
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  const jupyter = {
    command: layout.python,
    args: [
      ...['-m', 'jupyterlab', '--no-browser', '--ip=127.0.0.1', '--log-level=WARN', ...asRoot],
      ...[`--ServerApp.root_dir=${layout.root}`, `--LabApp.default_url=/lab/tree/${FIRST_NOTEBOOK}`, ...args],
    ],
  };
  const compiler = {
    command: process.execPath,
    args: [join(layout.nodeModules, 'typescript/bin/tsc'), '-p', '.', '--watch', '--preserveWatchOutput'],
  };
  // JupyterLab answers an interrupt with a question; SIGTERM makes it end its kernels and itself.
  return runInForeground([jupyter, compiler], { cwd: layout.root, env, interrupt: 'SIGTERM' });
}
