import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { PROJECT_ROOT } from '../../files/projectRoot';
import { copyDeclarations } from './declarations';

const NAME = 'samlab-tfjs';
const PEER = '@tensorflow/tfjs-core';

/** What the project's package.json says that the package repeats. */
interface ProjectManifest {
  readonly version: string;
  readonly license: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/**
 * Writes `samlab/tfjs` as a package of its own, for people who have nothing else of this project: one file of CommonJS, one ES
 * module, types for both, README and licences. It depends only on `@tensorflow/tfjs-core` and has no native code.
 *
 * @param folder is replaced; it must be empty, absent, or what an earlier call wrote.
 * @throws Error if it holds anything else, or the sources cannot be bundled.
 */
export async function writePackage(folder: string): Promise<void> {
  await clear(folder);
  const project = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')) as ProjectManifest;
  const bundled = await bundle(folder);
  await copyDeclarations(join(PROJECT_ROOT, 'dist', 'tfjs', 'index.d.ts'), join(PROJECT_ROOT, 'dist'), join(folder, 'types'), [PEER]);
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest(project), null, 2)}\n`);
  await writeFile(join(folder, 'README.md'), await readme());
  await writeFile(join(folder, 'LICENSE'), await licences(bundled));
}

async function clear(folder: string): Promise<void> {
  const file = join(folder, 'package.json');
  if (existsSync(folder)) {
    const own = existsSync(file) && (JSON.parse(await readFile(file, 'utf8')) as { readonly name?: unknown }).name === NAME;
    if (!own) {
      throw new Error(`writePackage: expected ${folder} to be absent or an earlier ${NAME}, for it is replaced; choose another folder.`);
    }
    await rm(folder, { recursive: true });
  }
  await mkdir(folder, { recursive: true });
}

/** @returns the names of the packages whose code went in. */
async function bundle(folder: string): Promise<readonly string[]> {
  const options: BuildOptions = { entryPoints: [join(PROJECT_ROOT, 'src', 'tfjs', 'index.ts')], absWorkingDir: PROJECT_ROOT, bundle: true, platform: 'neutral', mainFields: ['module', 'main'], target: 'es2022', external: [PEER], logLevel: 'silent', charset: 'utf8' };
  const [{ metafile }] = await Promise.all([
    build({ ...options, format: 'cjs', outfile: join(folder, 'index.cjs'), metafile: true }),
    build({ ...options, format: 'esm', outfile: join(folder, 'index.mjs') }),
  ]);
  const names = Object.keys(metafile.inputs).flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

function manifest({ version, license, peerDependencies }: ProjectManifest): object {
  return {
    name: NAME,
    version,
    description: 'Sharpness-aware training (SAM, FGSM, ASAM, sparse SAM, LookSAM, Momentum-SAM) for TensorFlow.js.',
    license,
    keywords: ['tensorflow', 'tfjs', 'sam', 'sharpness-aware', 'optimizer'],
    main: './index.cjs',
    module: './index.mjs',
    types: './types/tfjs/index.d.ts',
    exports: {
      '.': {
        import: { types: './types/tfjs/index.d.mts', default: './index.mjs' },
        require: { types: './types/tfjs/index.d.ts', default: './index.cjs' },
      },
      './package.json': './package.json',
    },
    sideEffects: false,
    peerDependencies: { [PEER]: peerDependencies[PEER] },
  };
}

/** README.md of this folder, with the example that the project's tests run. */
async function readme(): Promise<string> {
  const [text, example] = await Promise.all([join('package', 'README.md'), 'example.ts'].map((file) => readFile(join(PROJECT_ROOT, 'src', 'tfjs', file), 'utf8')));
  return text!.replace('<!-- example -->', () => example!.replaceAll('samlab/tfjs', NAME).trimEnd());
}

async function licences(bundled: readonly string[]): Promise<string> {
  const others = await Promise.all(bundled.map(async (name) => `\n---\n\nThis package holds code of ${name}:\n\n${await readFile(join(PROJECT_ROOT, 'node_modules', name, 'LICENSE'), 'utf8')}`));
  return [await readFile(join(PROJECT_ROOT, 'LICENSE'), 'utf8'), ...others].join('');
}
