// @ts-check
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pip } from './pip.mjs';
import { findPython } from './prerequisites.mjs';
import { explainFailure } from './problem.mjs';
import { run } from './run.mjs';
import { hashFiles, isStamped, writeStamp } from './stamp.mjs';

/** What `python -m venv` and pip make; everything else under `.venv` is set-up's own. */
const VENV_PARTS = ['bin', 'etc', 'include', 'lib', 'lib64', 'share', 'pyvenv.cfg'];

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {import('./step.mjs').Step} a virtual environment with JupyterLab, nbconvert and plotly
 */
export function pythonEnvironment(layout) {
  const stampFile = join(layout.venv, 'lib/setup.json');
  // The folder's path stands in the first line of the venv's programs, so a moved project needs a new one.
  const stamp = () => ({ requirements: hashFiles([layout.requirements]), folder: layout.venv });
  return {
    title: 'Python packages',
    megabytes: 500,
    isDone: () => isStamped(stampFile, stamp()) && existsSync(layout.python) && allPinnedAreThere(layout),
    perform: async () => {
      const python = findPython(process.env);
      for (const part of VENV_PARTS) rmSync(join(layout.venv, part), { recursive: true, force: true });
      const made = await run(python, ['-m', 'venv', layout.venv]);
      if (!made.ok) throw explainFailure(`Making a virtual environment with ${python}`, made.output);
      const installed = await pip(layout.python, 'install', ['-r', layout.requirements]);
      if (!installed.ok) throw explainFailure('Installing the Python packages', installed.output);
      writeStamp(stampFile, stamp());
    },
  };
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {boolean} whether each package that every Python needs lies in the venv in the pinned version
 */
function allPinnedAreThere(layout) {
  const present = new Set(installedPackages(layout.venv));
  return pinnedPackages(readFileSync(layout.requirements, 'utf8')).every((pin) => present.has(pin));
}

/**
 * @param {string} requirements text of a requirements file
 * @returns {string[]} name-version of the pins without a condition
 */
export function pinnedPackages(requirements) {
  return [...requirements.matchAll(/^([\w.-]+)==(\S+)$/gm)].map(([, name = '', version]) => `${normal(name)}-${version}`);
}

/**
 * @param {string} venv
 * @returns {string[]} name-version of the packages in its `site-packages`
 */
export function installedPackages(venv) {
  const pythons = existsSync(join(venv, 'lib')) ? readdirSync(join(venv, 'lib')).filter((name) => name.startsWith('python')) : [];
  return pythons.flatMap((name) => {
    const folder = join(venv, 'lib', name, 'site-packages');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).flatMap((entry) => {
      const [, package_ = '', version] = /^(.+)-([^-]+)\.dist-info$/.exec(entry) ?? [];
      return version === undefined ? [] : [`${normal(package_)}-${version}`];
    });
  });
}

/**
 * @param {string} name
 * @returns {string} the name as PEP 503 compares it
 */
function normal(name) {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
