import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { plainEngine } from './plainEngine';

/** Supported by browsers of recent years. */
const BROWSERS = 'es2022';

/** Sources of a page. */
export interface PageSources {
  /** Holds the files. Markup and style are not compiled, so it is a folder of `src`. */
  readonly folder: string;
  /** An HTML file with a place for the styles and one for the program, as `bundledPage` fills them. */
  readonly markup: string;
  readonly styles: readonly string[];
  /** The TypeScript file that the page runs. */
  readonly program: string;
}

/**
 * Makes one page of its markup, its styles and its program, which is bundled for the browser with all that it imports.
 *
 * @throws Error if a file is missing, the program cannot be bundled, or the markup has no place for a part.
 */
export async function bundledPage({ folder, markup, styles, program }: PageSources): Promise<string> {
  const [text, script, ...style] = await Promise.all([
    readFile(join(folder, markup), 'utf8'),
    bundleForBrowser(join(folder, program)),
    ...styles.map((name) => readFile(join(folder, name), 'utf8')),
  ]);
  // "</script" in a text of the program would end the script.
  return fillPage(text, { '/* style */': style.join(''), '/* script */': script.replaceAll('</script', '<\\/script') });
}

/**
 * Bundles a program and all that it imports into one script. Equal sources give an equal script.
 *
 * @param entry a TypeScript file.
 * @param format a script for a page, or a CommonJS module, so that Node can run the code that browsers run.
 * @throws Error if a file is missing or needs what browsers do not have.
 */
export async function bundleForBrowser(entry: string, format: 'iife' | 'cjs' = 'iife'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry], bundle: true, write: false, format, platform: 'browser', target: BROWSERS, minify: true, charset: 'utf8', logLevel: 'silent', plugins: [plainEngine],
  });
  return outputFiles[0]!.text;
}

/** Puts texts into the places that a page keeps for them. @throws Error if it has no such place. */
export function fillPage(markup: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((filled, [place, text]) => {
    if (!filled.includes(place)) {
      throw new Error(`fillPage: expected the page to have a place "${place}".`);
    }
    // With a function as the replacement, a "$&" in the text is left as it is.
    return filled.replace(place, () => text);
  }, markup);
}
