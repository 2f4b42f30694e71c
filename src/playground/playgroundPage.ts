import { join } from 'node:path';
import { bundledPage } from '../browser/page';
import { PROJECT_ROOT } from '../files/projectRoot';

/**
 * The playground as one page: markup, style and the project's optimizer code bundled for the browser. Opened from
 * disk it needs nothing but plotly's script beside it, and that for its surface alone.
 *
 * @throws Error if the sources cannot be bundled.
 */
export function playgroundPage(): Promise<string> {
  return bundledPage({ folder: join(PROJECT_ROOT, 'src', 'playground'), markup: 'playground.html', styles: ['page.css', 'playground.css'], program: 'main.ts' });
}
