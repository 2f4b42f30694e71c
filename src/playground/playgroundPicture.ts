import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import writeFileAtomic from 'write-file-atomic';
import { launchChromium } from '../browser/browser';
import { networkPage, playgroundPage } from './playgroundPage';

/** What the picture shows: Figure 1's descent, step 30, four methods. */
const LINK = '#loss=sharp-and-flat&methods=sgd,sam,fgsm,msam&at=30';
const VIEWPORT = { width: 1360, height: 1000 } as const;
/** plotly draws in one go, and then once more when it knows the size of its place. */
const SETTLING_TIME = 1000;

/** The page of the networks beside the playground. */
export const NETWORK_PAGE = 'playground-network.html';

/**
 * Writes `playground.html` and `playground-network.html`, and `playground.png`, a picture of the first, where there is none or the page has changed.
 *
 * @param folder holds plotly's script.
 * @throws Error if a page cannot be bundled or Chromium does not start.
 */
export async function writePlayground(folder: string): Promise<void> {
  const [file, picture] = [join(folder, 'playground.html'), join(folder, 'playground.png')];
  const page = await playgroundPage();
  const same = existsSync(file) && existsSync(picture) && (await readFile(file, 'utf8')) === page;
  await writeFileAtomic(file, page);
  await writeFileAtomic(join(folder, NETWORK_PAGE), await networkPage());
  if (!same) {
    await writeFileAtomic(picture, await photograph(file));
  }
}

async function photograph(file: string): Promise<Buffer> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: 'light' });
    await page.goto(`${pathToFileURL(file).href}${LINK}`);
    await page.locator('#surface canvas').first().waitFor();
    await page.waitForTimeout(SETTLING_TIME);
    return await page.locator('main').screenshot();
  } finally {
    await browser.close();
  }
}
