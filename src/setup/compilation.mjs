// @ts-check
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { SetupProblem } from './problem.mjs';
import { run } from './run.mjs';
import { hashFiles, isStamped, writeStamp } from './stamp.mjs';

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {import('./step.mjs').Step} `dist` from `src`, and nothing in `dist` that `src` no longer has
 */
export function compilation(layout) {
  const stampFile = join(layout.compiled, 'setup.json');
  const tsconfig = join(layout.root, 'tsconfig.json');
  const stamp = () => ({ sources: hashFiles([tsconfig, join(layout.root, 'package-lock.json'), ...typescriptFiles(layout)]) });
  return {
    title: 'compiled sources',
    megabytes: 50,
    isDone: () => isStamped(stampFile, stamp()) && missingOutputs(layout).length === 0 && staleOutputs(layout).length === 0,
    perform: async () => {
      removeStaleOutputs(layout);
      // The compiler relies on its own record of what it wrote, not on the folder.
      if (missingOutputs(layout).length > 0) rmSync(join(layout.compiled, '.tsbuildinfo'), { force: true });
      let compiled;
      do {
        compiled = stamp();
        await compile(layout, tsconfig);
      } while (compiled.sources !== stamp().sources); // edited meanwhile
      writeStamp(stampFile, compiled);
    },
  };
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @param {string} tsconfig
 */
async function compile(layout, tsconfig) {
  const tsc = join(layout.nodeModules, 'typescript/bin/tsc');
  const { ok, output } = await run(process.execPath, [tsc, '-p', tsconfig, '--pretty', 'false'], { cwd: layout.root });
  if (ok) return;
  throw new SetupProblem(`The sources do not compile:\n${output.trim()}`, 'Mend these lines, then run the same command again.');
}

/**
 * @param {string} folder
 * @returns {string[]} every file below it, sorted
 */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** @param {import('./layout.mjs').Layout} layout */
function typescriptFiles(layout) {
  return filesBelow(layout.sources).filter((file) => file.endsWith('.ts'));
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {string[]}
 */
function missingOutputs(layout) {
  return typescriptFiles(layout)
    .filter((file) => !file.endsWith('.d.ts'))
    .map((file) => join(layout.compiled, relative(layout.sources, file).replace(/\.ts$/, '.js')))
    .filter((file) => !existsSync(file));
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @returns {string[]} files in `dist` whose source is gone; a test among them would still run
 */
function staleOutputs(layout) {
  return filesBelow(layout.compiled).filter((file) => {
    const stem = /^(.*?)(\.d\.ts|\.js|\.js\.map)$/.exec(relative(layout.compiled, file))?.[1];
    return stem !== undefined && !existsSync(join(layout.sources, `${stem}.ts`));
  });
}

/** @param {import('./layout.mjs').Layout} layout */
function removeStaleOutputs(layout) {
  for (const file of staleOutputs(layout)) {
    rmSync(file);
    for (let folder = dirname(file); folder !== layout.compiled && readdirSync(folder).length === 0; folder = dirname(folder)) {
      rmdirSync(folder);
    }
  }
}
