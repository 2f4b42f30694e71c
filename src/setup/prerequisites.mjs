// @ts-check
import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { SetupProblem } from './problem.mjs';

/** Node's long-term releases that this was run on, each with its first minor version that can require ES modules. */
const NODE_MINIMUM = /** @type {Readonly<Record<number, number>>} */ ({ 20: 19, 22: 12, 24: 0, 26: 0 });

const PYTHON_MINORS = [10, 11, 12, 13, 14];
const PYTHON_RANGE = 'Python 3.10 to 3.14';

/**
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.Architecture} architecture
 * @throws {SetupProblem} on anything but Linux on x86-64
 */
export function checkPlatform(platform, architecture) {
  if (platform === 'linux' && architecture === 'x64') return;
  throw new SetupProblem(
    `This machine is ${platform} on ${architecture}; samlab's TensorFlow libraries are for Linux on x86-64.`,
    'Use a Linux machine or container with an x86-64 processor (on Windows: WSL 2).',
  );
}

/**
 * @param {string} version as in `process.versions.node`
 * @throws {SetupProblem} for a version that was not tried
 */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const minimum = NODE_MINIMUM[major];
  if (minimum !== undefined && minor >= minimum) return;
  throw new SetupProblem(
    `This is Node ${version}; samlab runs on Node 20 (from 20.19), 22 (from 22.12), 24 and 26.`,
    'Install one of these, for example with `nvm install 24`, and run the same command again.',
  );
}

/**
 * Finds a Python that can make a virtual environment.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} its path
 * @throws {SetupProblem} when there is none; its message says what each one lacks
 */
export function findPython(env) {
  /** @type {string[]} */
  const flaws = [];
  for (const name of ['python3', ...PYTHON_MINORS.map((minor) => `python3.${minor}`).reverse()]) {
    const found = examinePython(name, env);
    if (found === undefined) continue;
    if (found.flaw === undefined) return found.path;
    flaws.push(`${name} (${found.path}) ${found.flaw}`);
  }
  if (flaws.length === 0) {
    throw new SetupProblem(
      `There is no ${PYTHON_RANGE} on the PATH.`,
      'Install it with its venv module, for example with `sudo apt-get install python3 python3-venv`.',
    );
  }
  throw new SetupProblem(
    `No Python here can make a virtual environment: ${flaws.join('; ')}.`,
    `Install ${PYTHON_RANGE} with its venv module, for example with \`sudo apt-get install python3-venv\`.`,
  );
}

const EXAMINATION = `
import sys
lacking = []
for module in ("venv", "ensurepip"):
    try:
        __import__(module)
    except ImportError:
        lacking.append(module)
print(*sys.version_info[:2], ",".join(lacking) or "-", sys.executable)
`;

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ path: string, flaw?: string } | undefined} nothing if there is no such program
 */
function examinePython(name, env) {
  const { status, stdout } = spawnSync(name, ['-c', EXAMINATION], { env, encoding: 'utf8' });
  const answer = /^(\d+) (\d+) (\S+) (.*)$/m.exec(stdout ?? '');
  if (status !== 0 || answer === null) return undefined;
  const [, major, minor, lacking, path = name] = answer;
  if (major !== '3' || !PYTHON_MINORS.includes(Number(minor))) return { path, flaw: `is Python ${major}.${minor}` };
  return lacking === '-' ? { path } : { path, flaw: `lacks ${lacking?.replace(',', ' and ')}` };
}

/**
 * @param {number} megabytes what is still to be made
 * @param {string} folder
 * @param {(folder: string) => number} [freeMegabytes]
 * @throws {SetupProblem} when the disk has less
 */
export function checkRoom(megabytes, folder, freeMegabytes = measureRoom) {
  const free = Math.floor(freeMegabytes(folder));
  if (free >= megabytes) return;
  throw new SetupProblem(
    `Set-up needs ${megabytes} MB of room in ${folder}, and the disk has ${free} MB left.`,
    `Free ${megabytes - free} MB, or move the project to a larger disk.`,
  );
}

/**
 * @param {string} folder
 * @returns {number} megabytes that this user may still write there
 */
function measureRoom(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return (bavail * bsize) / 1e6;
}
