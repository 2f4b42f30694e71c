import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { plainEngine } from './plainEngine';

/** Sources of the pages; markup and style are not compiled. */
const SOURCES = join(__dirname, '..', '..', 'src', 'playground');
/** What browsers of the last years understand. */
const BROWSERS = 'es2022';

/**
 * The playground as one page: markup, style and the project's optimizer code bundled for the browser. Opened from
 * disk it needs nothing but plotly's script beside it, and that for its surface alone.
 *
 * @throws Error if the sources cannot be bundled.
 */
export function playgroundPage(): Promise<string> {
  return page('playground.html', ['page.css', 'playground.css'], 'main.ts');
}

/**
 * The playground's networks as one page, which needs nothing beside it: the engine runs on its kernels in plain JavaScript.
 *
 * @throws Error if the sources cannot be bundled.
 */
export function networkPage(): Promise<string> {
  return page('network.html', ['page.css', 'playground.css', 'network.css'], join('net', 'main.ts'));
}

/** The gallery around figures that are already markup. @throws Error if the sources cannot be bundled. */
export async function galleryPage(figures: string): Promise<string> {
  return fillPage(await page('gallery.html', ['page.css', 'gallery.css'], 'gallery.ts'), { '<!-- figures -->': figures });
}

async function page(markup: string, styles: readonly string[], program: string): Promise<string> {
  const [text, script, ...style] = await Promise.all([
    readFile(join(SOURCES, markup), 'utf8'),
    bundleForBrowser(join(SOURCES, program)),
    ...styles.map((name) => readFile(join(SOURCES, name), 'utf8')),
  ]);
  // "</script" in a text of the program would end the script.
  return fillPage(text, { '/* style */': style.join(''), '/* script */': script.replaceAll('</script', '<\\/script') });
}

/**
 * Bundles a program and all that it imports into one script. Equal sources give an equal script.
 *
 * @param entry a TypeScript file.
 * @param format a script for a page, or a CommonJS module, with which Node runs what browsers do.
 * @throws Error if a file is missing or needs what browsers do not have.
 */
export async function bundleForBrowser(entry: string, format: 'iife' | 'cjs' = 'iife'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry], bundle: true, write: false, format, platform: 'browser', target: BROWSERS, minify: true, charset: 'utf8', logLevel: 'silent', plugins: [plainEngine],
  });
  return outputFiles[0]!.text;
}

/** Puts texts into the places that a page keeps for them. @throws Error if it has not such a place. */
export function fillPage(markup: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((filled, [place, text]) => {
    if (!filled.includes(place)) {
      throw new Error(`fillPage: expected the page to have a place "${place}".`);
    }
    // A function keeps "$&" in a text from being replaced.
    return filled.replace(place, () => text);
  }, markup);
}
