/// <reference lib="dom" />
/**
 * Films the playground's first example, SGD and SAM on wrong labels, and writes figures/playground-network.webp:
 *
 *     npm run film
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import writeFileAtomic from 'write-file-atomic';
import { EXAMPLE_SETTINGS } from './exampleSettings';
import { writeNetLink } from './link';
import { PROJECT_ROOT } from '../../files/projectRoot';
import { animatedWebp, type Frame } from '../../browser/animatedWebp';
import { launchChromium } from '../../browser/browser';
import { networkPage } from '../playgroundPage';

/** Steps of the pictures: closer at the beginning, where much happens. */
const STEPS = [...every(0, 200, 20), ...every(250, 2000, 50)];
/** Of each picture but the last, in milliseconds. */
const DURATION = 130;
const LAST_DURATION = 3000;
const QUALITY = 0.72;
/** README pages should open at once. */
const MOST_BYTES = 1_500_000;
const WIDTH = 760;
/** Hides all but the pictures, the step and three of the curves. */
const CUT = `
  header, .landscapes, .panel, .results, .side, .notes, #stage-help, #stage button, #stage select { display: none !important; }
  main.playground, .bench { display: block !important; padding: 0; }
  .stage, .curves { border: 0 !important; border-radius: 0 !important; padding: 10px 14px 2px !important; }
  .transport { margin-top: 4px !important; }
  .regions { grid-template-columns: 1fr 1fr !important; }
  .regions .caption { min-height: 0 !important; font-size: 14px !important; }
  .charts { grid-template-columns: 1fr 1fr 1fr !important; }
  .charts figure { display: none; }
  #chart-wrong-error, #chart-test-error, #chart-eigenvalue { display: block !important; }`;

function every(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + step * index);
}

/** Shows a step of the training, drawn to the end. */
async function showStep(page: Page, step: number): Promise<void> {
  const { settings } = EXAMPLE_SETTINGS[0]!;
  await page.evaluate((hash) => (location.hash = hash), writeNetLink({ settings, at: step, speed: 'fastest' }));
  await page.waitForFunction((wanted) => document.querySelector('#table-caption')?.textContent.includes(` ${wanted} of `) && location.hash.endsWith(`at=${wanted}`) && document.querySelector('#stage')?.ariaBusy === 'false', step, { timeout: 120_000 });
  await page.waitForFunction((wanted) => Array.from(document.querySelectorAll<HTMLElement>('#regions figure')).every(({ dataset }) => dataset['step'] === String(wanted)), step);
}

/** A picture of the page as WebP, which the browser encodes. */
async function still(page: Page, encoder: Page): Promise<{ readonly webp: Buffer; readonly width: number; readonly height: number }> {
  const png = (await page.locator('main').screenshot()).toString('base64');
  const { data, width, height } = await encoder.evaluate(async ({ source, quality }) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${source}`)).blob());
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext('2d')!.drawImage(picture, 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality })).arrayBuffer());
    return { data: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')), width: picture.width, height: picture.height };
  }, { source: png, quality: QUALITY });
  return { webp: Buffer.from(data, 'base64'), width, height };
}

/**
 * Films the first example of the networks' page.
 *
 * @param steps at which pictures are taken.
 * @throws Error if Chromium does not start, or the film is larger than a README should load.
 */
export async function filmNetworks(steps: readonly number[] = STEPS): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'samlab-film-'));
  const browser = await launchChromium();
  try {
    await writeFile(join(folder, 'network.html'), await networkPage());
    const [page, encoder] = [await browser.newPage({ viewport: { width: WIDTH, height: 900 }, colorScheme: 'light' }), await browser.newPage()];
    await page.goto(pathToFileURL(join(folder, 'network.html')).href);
    await page.addStyleTag({ content: CUT });
    const frames: Frame[] = [];
    let size = { width: 0, height: 0 };
    for (const [index, step] of steps.entries()) {
      await showStep(page, step);
      const { webp, ...found } = await still(page, encoder);
      size = index === 0 ? found : size;
      frames.push({ webp, duration: index === steps.length - 1 ? LAST_DURATION : DURATION });
    }
    const film = animatedWebp(frames, size);
    if (film.length > MOST_BYTES) {
      throw new Error(`filmNetworks: expected at most ${MOST_BYTES} bytes, got ${film.length} from ${frames.length} pictures; take fewer, or lower the quality.`);
    }
    return film;
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const file = join(PROJECT_ROOT, 'figures', 'playground-network.webp');
  const film = await filmNetworks();
  await writeFileAtomic(file, film);
  console.log(`Wrote ${relative(PROJECT_ROOT, file)}: ${STEPS.length} pictures, ${Math.round(film.length / 1000)} kB.`);
}

if (require.main === module) {
  void main();
}
