import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { kernel } from '../progress/work';
import { launchChromium } from './browser';

/** plotly's script, for pages that draw. */
export const PLOTLY_SCRIPT = require.resolve('plotly.js-dist');

/** Milliseconds after which a kernel's browser that draws nothing is closed: it holds 300 MB. */
const IDLE = 120_000;

interface Drawing {
  readonly browser: Browser;
  readonly page: Page;
}

/** The kernel's browser. */
let shared: Promise<Drawing> | undefined;
let users = 0;
let idle: NodeJS.Timeout | undefined;

/**
 * Gives `body` a page with plotly on it.
 *
 * A kernel starts one browser, at the first figure, for that takes some seconds, and closes it when it shuts down or has drawn
 * nothing for two minutes. A browser whose kernel was killed ends by itself, since it is controlled over a pipe that closes then.
 * Outside a kernel the browser is closed after `body`.
 */
export async function withDrawingPage<T>(body: (page: Page) => Promise<T>): Promise<T> {
  const inKernel = kernel();
  if (inKernel === undefined) {
    const { browser, page } = await open();
    try {
      return await body(page);
    } finally {
      await browser.close();
    }
  }
  clearTimeout(idle);
  users++;
  try {
    shared ??= openShared(inKernel.onClose);
    return await body((await shared).page);
  } finally {
    if (--users === 0) {
      idle = setTimeout(closeShared, IDLE).unref();
    }
  }
}

async function open(): Promise<Drawing> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: await readFile(PLOTLY_SCRIPT, 'utf8') });
    return { browser, page };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function openShared(onClose: (listener: () => void) => void): Promise<Drawing> {
  const forget = (): void => {
    shared = undefined;
  };
  try {
    const opened = await open();
    // If it is closed from outside, the next figure starts another one.
    opened.browser.once('disconnected', forget);
    onClose(closeShared);
    return opened;
  } catch (error) {
    forget();
    throw error;
  }
}

function closeShared(): void {
  const closing = shared;
  shared = undefined;
  closing?.then(({ browser }) => browser.close()).catch(() => undefined);
}
