// @ts-check
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pip } from './pip.mjs';
import { SetupProblem } from './problem.mjs';
import { run } from './run.mjs';
import { hashFiles, isStamped, writeStamp } from './stamp.mjs';

/**
 * The addon between Node and TensorFlow: the two C++ files of tfjs-node-gpu, compiled against the current library. They
 * use Node's stable interface only, so one build serves every version of Node.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @returns {import('./step.mjs').Step}
 */
export function addon(layout) {
  return {
    title: 'TensorFlow addon for Node',
    megabytes: 500,
    isDone: () => isBuilt(layout) && isLinked(layout),
    perform: async () => {
      if (!isBuilt(layout)) await build(layout);
      link(layout);
    },
  };
}

/** @param {import('./layout.mjs').Layout} layout */
const packageFolder = (layout) => join(layout.nodeModules, '@tensorflow/tfjs-node-gpu');

/** @param {import('./layout.mjs').Layout} layout */
const stampFile = (layout) => join(layout.tensorflow, 'addon.json');

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {string[]}
 */
function sources(layout) {
  const folder = join(packageFolder(layout), 'binding');
  return existsSync(folder) ? readdirSync(folder).sort().map((name) => join(folder, name)) : [];
}

/** @param {import('./layout.mjs').Layout} layout */
function stampOf(layout) {
  return { sources: hashFiles(sources(layout)), bytes: statSync(layout.addon, { throwIfNoEntry: false })?.size ?? 0 };
}

/** @param {import('./layout.mjs').Layout} layout */
function isBuilt(layout) {
  return existsSync(layout.addon) && isStamped(stampFile(layout), stampOf(layout));
}

/**
 * Tries the machine's own compilers, then one that comes as a Python package.
 *
 * @param {import('./layout.mjs').Layout} layout
 */
async function build(layout) {
  /** @type {string[]} */
  const failures = [];
  for (const compiler of [['c++'], ['g++'], ['clang++']]) {
    const failure = await compileWith(layout, compiler, {});
    if (failure === undefined) return;
    failures.push(failure);
  }
  const failure = await compileWithZig(layout);
  if (failure === undefined) return;
  throw new SetupProblem(
    `No C++ compiler could build TensorFlow's addon:\n${[...failures, failure].join('\n')}`,
    'Install one, for example with `sudo apt-get install g++`, or free the network for the fallback, a compiler from PyPI.',
  );
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {Promise<string | undefined>} why it failed
 */
async function compileWithZig(layout) {
  const folder = join(layout.venv, 'ziglang.tmp');
  rmSync(folder, { recursive: true, force: true });
  try {
    const installed = await pip(layout.python, 'install', ['--no-deps', '--no-compile', '--target', folder, 'ziglang==0.17.1']);
    if (!installed.ok) return `ziglang: ${installed.output}`;
    const caches = { ZIG_GLOBAL_CACHE_DIR: join(folder, 'cache'), ZIG_LOCAL_CACHE_DIR: join(folder, 'cache') };
    return await compileWith(layout, [join(folder, 'ziglang/zig'), 'c++', '-Wl,--allow-shlib-undefined'], caches);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @param {readonly string[]} compiler
 * @param {NodeJS.ProcessEnv} variables
 * @returns {Promise<string | undefined>} why it failed
 */
async function compileWith(layout, [command = '', ...flags], variables) {
  const draft = `${layout.addon}.tmp`;
  const args = [
    ...flags,
    ...['-std=c++17', '-O2', '-g0', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
    ...['-I', join(layout.nodeModules, 'node-api-headers/include'), '-I', 'include'],
    ...sources(layout).filter((file) => file.endsWith('.cc')),
    ...['./libtensorflow_cc.so.2', './libtensorflow_framework.so.2', '-Wl,-rpath,$ORIGIN'],
    ...['-o', draft],
  ];
  const compiled = await run(command, args, { cwd: layout.tensorflow, env: { ...process.env, ...variables } });
  if (!compiled.ok) return compiled.output.trim();
  const loaded = await run(process.execPath, ['-e', 'process.dlopen({ exports: {} }, process.argv[1])', draft]);
  if (!loaded.ok) return `${command}: the addon does not load: ${loaded.output.trim()}`;
  renameSync(draft, layout.addon);
  writeStamp(stampFile(layout), stampOf(layout));
  return undefined;
}

/** @param {import('./layout.mjs').Layout} layout */
const linkPath = (layout) => join(packageFolder(layout), 'lib/napi-v8/tfjs_binding.node');

/** @param {import('./layout.mjs').Layout} layout */
const linkTarget = (layout) => relative(dirname(linkPath(layout)), layout.addon);

/** @param {import('./layout.mjs').Layout} layout */
function isLinked(layout) {
  const path = linkPath(layout);
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink && readlinkSync(path) === linkTarget(layout);
}

/**
 * Shows the addon to tfjs-node-gpu. It stays outside `node_modules`, for `npm ci` empties that; Node follows the link,
 * and so the libraries are found beside the addon.
 *
 * @param {import('./layout.mjs').Layout} layout
 */
function link(layout) {
  const path = linkPath(layout);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(linkTarget(layout), path);
}
