import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** Modules that a declaration names: `from './x'` and `import('./x')`. */
const IMPORTS = /(from |import\()(['"])([^'"]+)\2/g;

/**
 * Copies a type declaration and all that it needs, twice: as `.d.ts` for `require` and as `.d.mts` for `import`, with the file
 * endings that each way of resolving modules asks for.
 *
 * @param entry such as dist/tfjs/index.d.ts.
 * @param root the folder that the paths in `to` are relative to.
 * @param packages those that declarations may import from.
 * @throws Error if one of them imports from another package, or from a file within one, whose types the reader would lack.
 */
export async function copyDeclarations(entry: string, root: string, to: string, packages: readonly string[]): Promise<void> {
  const waiting = [entry];
  const copied = new Set<string>();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (copied.has(file)) {
      continue;
    }
    copied.add(file);
    const from = file;
    const text = await readFile(file, 'utf8');
    const names = [...text.matchAll(IMPORTS)].map(([, , , name]) => name!);
    const foreign = names.find((name) => !name.startsWith('.') && !packages.includes(name));
    if (foreign !== undefined) {
      throw new Error(`copyDeclarations: ${file} takes types from "${foreign}", which its users cannot import; the package's peers are ${packages.join(', ')}, and a file within one of them is out of reach of ES modules.`);
    }
    waiting.push(...names.filter((name) => name.startsWith('.')).map((name) => join(dirname(from), `${name}.d.ts`)));
    const target = join(to, relative(root, file));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, withEndings(text, '.js'));
    await writeFile(target.replace(/\.d\.ts$/, '.d.mts'), withEndings(text, '.mjs'));
  }
}

function withEndings(text: string, ending: string): string {
  return text.replace(IMPORTS, (whole, before: string, quote: string, name: string) => (name.startsWith('.') ? `${before}${quote}${name}${ending}${quote}` : whole));
}
