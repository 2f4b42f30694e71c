import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { bundleForBrowser } from './page';
import { PROJECT_ROOT } from '../files/projectRoot';

/**
 * Loads a module of `src` as browsers run it: bundled, on the engine's kernels in plain JavaScript. It shares nothing with the
 * modules of this process.
 *
 * @param path below `src`, without ending, such as "playground/net/history"
 */
export async function plainModule<Exports>(path: string): Promise<Exports> {
  const program = await bundleForBrowser(join(PROJECT_ROOT, 'src', `${path}.ts`), 'cjs');
  const module = { exports: {} as Exports };
  const run = runInThisContext(`(function (module, exports) { ${program}\n})`) as (module: { exports: Exports }, exports: Exports) => void;
  run(module, module.exports);
  return module.exports;
}
