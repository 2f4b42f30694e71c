// @ts-check
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compileLibrary } from './compilers.mjs';
import { hashFiles, isStamped, writeStamp } from './stamp.mjs';

/**
 * TensorFlow operations of the project's own, through TensorFlow's C interface. All works without them, only slower: where
 * no compiler makes them the set-up goes on, and tries again when their sources have changed.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @returns {import('./step.mjs').Step}
 */
export function operations(layout) {
  return {
    title: 'TensorFlow operations of its own',
    megabytes: 1,
    isDone: () => isStamped(stampFile(layout), stampOf(layout)),
    perform: async () => {
      rmSync(layout.operations, { force: true });
      const failures = await build(layout);
      if (failures.length > 0) process.stderr.write(` no compiler made them, training is slower without:\n${failures.join('\n')}\n`);
      writeStamp(stampFile(layout), stampOf(layout));
    },
  };
}

/** @param {import('./layout.mjs').Layout} layout */
const stampFile = (layout) => join(layout.tensorflow, 'operations.json');

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {string[]}
 */
function sources(layout) {
  return readdirSync(layout.operationSources).sort().map((name) => join(layout.operationSources, name));
}

/** @param {import('./layout.mjs').Layout} layout */
function stampOf(layout) {
  return { sources: hashFiles(sources(layout)), bytes: statSync(layout.operations, { throwIfNoEntry: false })?.size ?? 0 };
}

/** @param {import('./layout.mjs').Layout} layout */
function build(layout) {
  return compileLibrary(layout, {
    language: 'c',
    name: 'library of operations',
    file: layout.operations,
    folder: layout.tensorflow,
    args: [
      ...['-std=gnu11', '-O3', '-g0', '-fPIC', '-shared', '-pthread', '-DNAPI_VERSION=8'],
      // Products and sums in one instruction where there is one; no loop waits for what a square root might report.
      ...['-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math'],
      ...['-I', join(layout.nodeModules, 'node-api-headers/include'), '-I', 'include'],
      ...sources(layout).filter((file) => file.endsWith('.c')),
      ...['./libtensorflow_framework.so.2', '-Wl,-rpath,$ORIGIN'],
    ],
  });
}
