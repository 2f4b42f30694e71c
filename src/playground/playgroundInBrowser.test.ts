/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../browser/browser';
import { PLOTLY_SCRIPT } from '../browser/drawingPage';
import { playgroundPage } from './playgroundPage';
import { readLink, writeLink, type PlaygroundState } from './link';
import { LANDSCAPES } from './losses';
import { METHODS, type MethodId } from './methods';
import { settingsOf } from './settings';
import { simulate } from './simulate';

const PHONE = { width: 375, height: 812 } as const;
const DESKTOP = { width: 1360, height: 900 } as const;

let browser: Browser;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samlab-playground-'));
  await copyFile(PLOTLY_SCRIPT, join(folder, 'plotly.js'));
  await writeFile(join(folder, 'playground.html'), await playgroundPage());
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** Opens the page from disk, and fails the test on an error on the page or a network request. */
async function open(context: TestContext, hash = '', viewport: { readonly width: number; readonly height: number } = DESKTOP, without = 'nothing'): Promise<Page> {
  const page = await browser.newPage({ viewport });
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => request.url().startsWith('file:') || troubles.push(request.url()));
  await page.route(`**/${without}`, (route) => route.abort());
  await page.goto(`${pathToFileURL(join(folder, 'playground.html')).href}${hash}`);
  context.after(async () => {
    await page.close();
    assert.deepEqual(troubles, []);
  });
  return page;
}

/** Follows a link on the open page. */
async function follow(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => new Promise((resolve) => {
    // The page has listened since it was opened, so it has read the link by now.
    addEventListener('hashchange', resolve, { once: true });
    location.hash = to;
  }).then(() => undefined), hash);
}

interface ShownEnd {
  readonly method: string;
  readonly x: number;
  readonly y: number;
  readonly loss: number;
}

/** The exact numbers behind the table. */
function shownEnds(page: Page): Promise<readonly ShownEnd[]> {
  return page.locator('#rows tr').evaluateAll((rows) => rows.map((row) => {
    const { method, x, y, loss } = (row as HTMLElement).dataset;
    return { method: method!, x: Number(x), y: Number(y), loss: Number(loss) };
  }));
}

function expectedEnds({ settings, at }: PlaygroundState): readonly ShownEnd[] {
  return simulate(settings).map(({ method, points }) => ({ method, ...points[Math.min(at, points.length - 1)]! }));
}

/** The state in the page's address, once it has been written there. */
async function addressOf(page: Page, part: string): Promise<PlaygroundState> {
  await page.waitForFunction((words) => location.hash.includes(words), part);
  const { settings, at, problems } = readLink(new URL(page.url()).hash);
  assert.deepEqual(problems, []);
  return { settings, at };
}

test('the browser ends where Node ends: to the last bit where arithmetic is all there is to a loss', async (context) => {
  const page = await open(context, '', DESKTOP, 'plotly.js');
  for (const { id } of LANDSCAPES) {
    const state = { settings: { ...settingsOf(id), methods: METHODS.map((method) => method.id), steps: 30 }, at: 30 };
    await follow(page, writeLink(state));
    const [shown, expected] = [await shownEnds(page), expectedEnds(state)];
    if (id === 'saddle' || id === 'bowl') {
      assert.deepEqual(shown, expected, id);
    } else {
      // The last bit of Math.exp differs between Chromium and Node 20, and grows with every step.
      assertNear(shown, expected, id);
    }
  }
});

function assertNear(shown: readonly ShownEnd[], expected: readonly ShownEnd[], message: string): void {
  assert.deepEqual(shown.map(({ method }) => method), expected.map(({ method }) => method));
  shown.forEach(({ method, x, y, loss }, index) => {
    const end = expected[index]!;
    const apart = Math.max(Math.abs(x - end.x), Math.abs(y - end.y), Math.abs(loss - end.loss));
    assert.ok(apart < 1e-6, `${message}, ${method}: ${apart} apart`);
  });
}

test('by keyboard alone: a landscape, a method, a dial, a start and playing; the link restores it all', async (context) => {
  const page = await open(context, '#at=0', DESKTOP, 'plotly.js');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the map');
  await page.keyboard.press('Enter');
  assert.deepEqual(await page.evaluate(() => [document.activeElement?.id, location.hash.includes('map')]), ['map', false]);
  await page.locator('#landscapes input:checked').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'map');
  for (const key of ['ArrowRight', 'ArrowUp', 'Shift+ArrowLeft']) {
    await page.keyboard.press(key);
  }
  await page.locator('#methods input[value="asam"]').focus();
  await page.keyboard.press('Space');
  await page.locator('#rho-slider').focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('#learningRate').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('0.123');
  await page.locator('#steps').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('20');
  // 20 steps take less than a second.
  await page.locator('#map').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  const state = await addressOf(page, 'steps=20&at=20');
  const own = settingsOf('valley');
  const expected = { ...own, methods: ['sgd', 'sam', 'asam'] as readonly MethodId[], start: [-2.4, 1.25], rho: own.rho + 0.01, learningRate: 0.123, steps: 20 };
  assert.deepEqual(state, { settings: expected, at: 20 });
  assert.deepEqual(await shownEnds(page), expectedEnds(state));
  await follow(page, '');
  await follow(page, writeLink(state));
  assert.deepEqual(await shownEnds(page), expectedEnds(state));
});

test('a click chooses the start that the map shows there, and every perturbation is drawn', async (context) => {
  const page = await open(context, '#methods=sgd,sam,fgsm', DESKTOP, 'plotly.js');
  const box = (await page.locator('#map canvas').boundingBox())!;
  await page.mouse.click(box.x + box.width * 0.75, box.y + box.height * 0.25);
  const { settings: { start } } = await addressOf(page, 'start=1.');
  // The window is [-2.4, 3] x [-1.6, 1.8]; a pixel is about 0.012.
  assert.ok(Math.abs(start[0] - 1.65) < 0.02 && Math.abs(start[1] - 0.95) < 0.02, start.join(', '));
  assert.deepEqual(await page.locator('[data-perturbation]').evaluateAll((arrows) => arrows.map((arrow) => (arrow as SVGElement).dataset['perturbation'])), ['sam', 'fgsm']);
  assert.equal(await page.locator('[data-path]').count(), 3);
});

test('a number out of range is refused and replaced by the current one', async (context) => {
  const page = await open(context, '', DESKTOP, 'plotly.js');
  const ends = await shownEnds(page);
  await page.locator('#rho').fill('7');
  assert.equal(await page.locator('#rho').evaluate((field) => (field as HTMLInputElement).validationMessage), 'Choose a number from 0 to 1.');
  await page.locator('#momentum').focus();
  assert.equal(await page.locator('#rho').inputValue(), '0.3');
  assert.deepEqual(await shownEnds(page), ends);
});

test('a broken link says what was replaced; a corrected one removes the notice', async (context) => {
  const page = await open(context, '#rho=big', DESKTOP, 'plotly.js');
  assert.match(await page.locator('#problems').innerText(), /rho: expected a number from 0 to 1, got "big"/);
  await follow(page, 'rho=0.5&steps=50');
  assert.match(await page.locator('#table-caption').innerText(), /50 of 50/);
  assert.ok(await page.locator('#problems').isHidden());
});

test('on a phone nothing is wider than the screen, in any landscape and with every method', async (context) => {
  const page = await open(context, '', PHONE, 'plotly.js');
  for (const { id } of LANDSCAPES) {
    await follow(page, `loss=${id}&methods=${METHODS.map((method) => method.id).join(',')}`);
    const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= screen, `${wide} of ${screen} pixels`);
  }
});

test('everything that can be operated has a name', async (context) => {
  const page = await open(context, '', DESKTOP, 'plotly.js');
  const nameless = await page.locator('button, input, a, [tabindex]').evaluateAll((elements) => elements.filter((element) => {
    const labels = element instanceof HTMLInputElement ? Array.from(element.labels ?? []).map((label) => label.textContent) : [];
    return [element.getAttribute('aria-label'), element.textContent, ...labels].every((name) => (name ?? '').trim() === '');
  }).map(({ outerHTML }) => outerHTML));
  assert.deepEqual(nameless, []);
});

test('the surface is drawn with all paths and turns by keyboard; without its script the rest works', async (context) => {
  const page = await open(context, '', DESKTOP);
  await page.locator('#surface canvas').first().waitFor({ timeout: 60_000 });
  const eye = (): Promise<string> => page.locator('#surface').evaluate((root) => JSON.stringify((root as HTMLElement & { layout: { scene: { camera: { eye: object } } } }).layout.scene.camera.eye));
  const types = await page.locator('#surface').evaluate((root) => (root as HTMLElement & { data: { type: string }[] }).data.map(({ type }) => type));
  assert.deepEqual(types, ['surface', ...Array.from({ length: 6 }, () => 'scatter3d')]);
  const first = await eye();
  await page.locator('#surface').focus();
  await page.keyboard.press('ArrowLeft');
  assert.notEqual(await eye(), first);
  const alone = await open(context, '', DESKTOP, 'plotly.js');
  await alone.locator('#surface-note', { hasText: 'needs the file plotly.js' }).waitFor();
});
