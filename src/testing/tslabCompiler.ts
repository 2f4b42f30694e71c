import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as TypeScript from 'typescript';
import { PROJECT_ROOT } from '../files/projectRoot';

/** The TypeScript that compiles notebook cells; as far as used here, its API is the same as ours. */
const ts = createRequire(join(PROJECT_ROOT, 'package.json'))('@tslab/typescript-for-tslab') as typeof TypeScript;

const DECLARATIONS = join(PROJECT_ROOT, 'dist', 'index.d.ts');

/**
 * The errors of tslab's TypeScript for programs that import from 'samlab', by program name, against the compiled declarations. Cells of
 * tslab are checked as loosely as here: without `strict`.
 */
export function tslabProblems(programs: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  const options: TypeScript.CompilerOptions = {
    target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts'], module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Node10,
    noEmit: true, skipLibCheck: true, esModuleInterop: true, types: ['node'], typeRoots: [join(PROJECT_ROOT, 'node_modules', '@types')], baseUrl: PROJECT_ROOT, paths: { samlab: [DECLARATIONS] },
  };
  const files = new Map(Object.entries(programs).map(([name, text]) => [join(PROJECT_ROOT, `${name}.tslab-test.ts`), text]));
  const disk = ts.createCompilerHost(options);
  const host: TypeScript.CompilerHost = {
    ...disk,
    fileExists: (file) => files.has(file) || disk.fileExists(file),
    readFile: (file) => files.get(file) ?? disk.readFile(file),
    getSourceFile: (file, ...rest) => {
      const text = files.get(file);
      return text === undefined ? disk.getSourceFile(file, ...rest) : ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return Object.fromEntries([...files.keys()].map((file, index) => {
    const source = program.getSourceFile(file)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return [Object.keys(programs)[index]!, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))];
  }));
}

/** A program as CommonJS, including its top-level `await`. */
export function transpiled(program: string): string {
  return ts.transpileModule(program, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true } }).outputText;
}

/** Code cells of a notebook, in their order, as one program. */
export function notebookProgram(name: string): string {
  const { cells } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'notebooks', name), 'utf8')) as { readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[] };
  return cells.filter(({ cell_type: type }) => type === 'code').map(({ source }) => source.join('')).join('\n');
}
