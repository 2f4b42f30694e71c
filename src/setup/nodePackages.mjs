// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { explainFailure } from './problem.mjs';
import { run } from './run.mjs';

/** npm requests each package in turn and waits for each; a short request beforehand detects a dead network at once. */
const ONE_QUESTION = ['ping', '--fetch-retries=0', '--fetch-timeout=10000'];

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {import('./step.mjs').Step} the node packages, exactly as `package-lock.json` names them
 */
export function nodePackages(layout) {
  return {
    title: 'node packages',
    megabytes: 1100,
    isDone: () => packagesAreInPlace(layout.root),
    perform: async () => {
      const reached = await npm(ONE_QUESTION, layout.root);
      // A registry that answers with an error can be reached.
      if (!reached.ok && !/code E4\d\d/.test(reached.output)) throw explainFailure('Installing the node packages', reached.output);
      const installed = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], layout.root);
      if (!installed.ok) throw explainFailure('Installing the node packages', installed.output);
    },
  };
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const cli = process.env['npm_execpath'];
  const viaNpm = cli !== undefined && basename(cli) === 'npm-cli.js';
  return viaNpm ? run(process.execPath, [cli, ...args], { cwd }) : run('npm', args, { cwd });
}

/**
 * Compares what lies in `node_modules` with `package-lock.json`, package by package. npm writes its own record last,
 * so without that record an installation was interrupted.
 *
 * @param {string} root
 * @returns {boolean}
 */
export function packagesAreInPlace(root) {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  /** @type {{ packages: Record<string, { version?: string, link?: boolean, optional?: boolean }> }} */
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages).every(([place, { version, link, optional }]) => {
    if (place === '') return true;
    if (link === true) return existsSync(join(root, place));
    const found = installedVersion(join(root, place, 'package.json'));
    return found === version || (optional === true && found === undefined);
  });
}

/**
 * @param {string} manifest
 * @returns {string | undefined}
 */
function installedVersion(manifest) {
  try {
    return JSON.parse(readFileSync(manifest, 'utf8')).version;
  } catch {
    return undefined;
  }
}
