// @ts-check
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pip } from './pip.mjs';
import { run } from './run.mjs';

/** The machine's own compilers, and what one that comes as a Python package calls the language. */
const COMPILERS = /** @type {const} */ ({
  'c++': { commands: ['c++', 'g++', 'clang++'], zig: 'c++' },
  c: { commands: ['cc', 'gcc', 'clang'], zig: 'cc' },
});

/**
 * A library that Node loads.
 *
 * @typedef {object} NodeLibrary
 * @property {keyof typeof COMPILERS} language
 * @property {string} file where it goes
 * @property {string} folder where the compiler runs
 * @property {readonly string[]} args sources, flags and libraries for the compiler
 * @property {string} name for messages
 */

/**
 * Tries the machine's own compilers, then one that comes as a Python package.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @param {NodeLibrary} library
 * @returns {Promise<readonly string[]>} why each of them failed; none if the library is there now
 */
export async function compileLibrary(layout, library) {
  /** @type {string[]} */
  const failures = [];
  for (const command of COMPILERS[library.language].commands) {
    const failure = await compileWith([command], library, {});
    if (failure === undefined) return [];
    failures.push(failure);
  }
  const failure = await compileWithZig(layout, library);
  return failure === undefined ? [] : [...failures, failure];
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @param {NodeLibrary} library
 * @returns {Promise<string | undefined>} why it failed
 */
async function compileWithZig(layout, library) {
  const folder = join(layout.venv, 'ziglang.tmp');
  rmSync(folder, { recursive: true, force: true });
  try {
    const installed = await pip(layout.python, 'install', ['--no-deps', '--no-compile', '--target', folder, 'ziglang==0.17.1']);
    if (!installed.ok) return `ziglang: ${installed.output}`;
    const caches = { ZIG_GLOBAL_CACHE_DIR: join(folder, 'cache'), ZIG_LOCAL_CACHE_DIR: join(folder, 'cache') };
    // Other nodes may have another processor.
    return await compileWith([join(folder, 'ziglang/zig'), COMPILERS[library.language].zig, '-mcpu=baseline', '-Wl,--allow-shlib-undefined'], library, caches);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {readonly string[]} compiler
 * @param {NodeLibrary} library
 * @param {NodeJS.ProcessEnv} variables
 * @returns {Promise<string | undefined>} why it failed
 */
async function compileWith([command = '', ...flags], { file, folder, args, name }, variables) {
  const draft = `${file}.tmp`;
  const compiled = await run(command, [...flags, ...args, '-o', draft], { cwd: folder, env: { ...process.env, ...variables } });
  if (!compiled.ok) return compiled.output.trim();
  const loaded = await run(process.execPath, ['-e', 'process.dlopen({ exports: {} }, process.argv[1])', draft]);
  if (!loaded.ok) return `${command}: the ${name} does not load: ${loaded.output.trim()}`;
  renameSync(draft, file);
  return undefined;
}
