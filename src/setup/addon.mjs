// @ts-check
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { compileLibrary } from './compilers.mjs';
import { SetupProblem } from './problem.mjs';
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

/** @param {import('./layout.mjs').Layout} layout */
async function build(layout) {
  const failures = await compileLibrary(layout, {
    language: 'c++',
    name: 'addon',
    file: layout.addon,
    folder: layout.tensorflow,
    args: [
      ...['-std=c++17', '-O2', '-g0', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      ...['-I', join(layout.nodeModules, 'node-api-headers/include'), '-I', 'include'],
      ...sources(layout).filter((file) => file.endsWith('.cc')),
      ...['./libtensorflow_cc.so.2', './libtensorflow_framework.so.2', '-Wl,-rpath,$ORIGIN'],
    ],
  });
  if (failures.length > 0) {
    throw new SetupProblem(
      `No C++ compiler could build TensorFlow's addon:\n${failures.join('\n')}`,
      'Install one, for example with `sudo apt-get install g++`, or free the network for the fallback, a compiler from PyPI.',
    );
  }
  writeStamp(stampFile(layout), stampOf(layout));
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
