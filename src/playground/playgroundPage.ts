import { join } from 'node:path';
import { bundledPage } from '../browser/page';
import { PROJECT_ROOT } from '../files/projectRoot';

/** Markup and styles are not compiled. */
const SOURCES = join(PROJECT_ROOT, 'src', 'playground');

/**
 * The playground as one page: markup, style and the project's optimizer code bundled for the browser. Opened from
 * disk it needs nothing but plotly's script beside it, and that only for its surface.
 *
 * @throws Error if the sources cannot be bundled.
 */
export function playgroundPage(): Promise<string> {
  return bundledPage({ folder: SOURCES, markup: 'playground.html', styles: ['page.css', 'playground.css'], program: 'main.ts' });
}

/**
 * The playground's networks as one page, which needs nothing beside it: the engine runs on its kernels in plain JavaScript.
 *
 * @throws Error if the sources cannot be bundled.
 */
export function networkPage(): Promise<string> {
  return bundledPage({ folder: SOURCES, markup: 'network.html', styles: ['page.css', 'playground.css', 'network.css'], program: join('net', 'main.ts') });
}
