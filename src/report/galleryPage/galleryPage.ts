import { join } from 'node:path';
import { bundledPage, fillPage } from '../../browser/page';
import { PROJECT_ROOT } from '../../files/projectRoot';

/** The page's own style overrides the one that it shares with the playground. */
const STYLES = [join('..', '..', 'playground', 'page.css'), 'gallery.css'];

/** The gallery around figures that are already markup. @throws Error if the sources cannot be bundled. */
export async function galleryPage(figures: string): Promise<string> {
  const page = await bundledPage({ folder: join(PROJECT_ROOT, 'src', 'report', 'galleryPage'), markup: 'gallery.html', styles: STYLES, program: 'gallery.ts' });
  return fillPage(page, { '<!-- figures -->': figures });
}
