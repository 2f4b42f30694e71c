import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Plugin } from 'esbuild';
import { PROJECT_ROOT } from '../files/projectRoot';

/** With symbolic links resolved, as in the bundler's paths. */
const ENGINE = realpathSync(join(PROJECT_ROOT, 'src', 'engine'));
/** Modules for browsers, each at the path of the module that it replaces. */
const PLAIN = join(ENGINE, 'plain');

/**
 * Lets the engine compute in plain JavaScript: a module of `src/engine` that has a namesake below `src/engine/plain` is replaced by
 * it. Those are the few that need TensorFlow's addon or Node; all else is bundled as it is.
 */
export const plainEngine: Plugin = {
  name: 'plain engine',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ path, importer }) => {
      const wanted = `${join(dirname(importer), path)}.ts`;
      const within = relative(ENGINE, wanted);
      const plain = join(PLAIN, within);
      return !within.startsWith('..') && !within.startsWith(`plain${sep}`) && existsSync(plain) ? { path: plain } : undefined;
    });
  },
};
