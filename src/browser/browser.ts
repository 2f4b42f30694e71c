import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { PROJECT_ROOT } from '../files/projectRoot';
import { unpackChromium, type ChromiumFiles } from './chromiumPackage';

const CHROMIUM_FOLDER = join(PROJECT_ROOT, '.venv/chromium');

/** WebGL on the processor, and glyph widths that do not depend on the screen. */
const FLAGS = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--font-render-hinting=none'];

/**
 * Starts a headless Chromium that came with the node packages; it needs no root, no screen and no download.
 *
 * The first call on a machine unpacks it into `.venv/chromium` (3 s). The caller closes the browser.
 *
 * @throws Error when Chromium does not start; the message carries what it said.
 */
export async function launchChromium(): Promise<Browser> {
  const files = await unpackChromium(CHROMIUM_FOLDER);
  // By default an interrupt while a figure is drawn would end the process, and with it a notebook's kernel.
  return chromium.launch({ executablePath: files.executable, args: FLAGS, env: environment(files), handleSIGINT: false });
}

/** The system's libraries come first, for they get its security updates; the package's serve where they are missing. */
function environment(files: ChromiumFiles): Record<string, string> {
  const system: Record<string, string> = { ...inherited(), FONTCONFIG_FILE: files.fontConfiguration };
  if (whyNotStarting(files.executable, system) === undefined) return system;
  const own = { ...system, LD_LIBRARY_PATH: [files.libraries, system['LD_LIBRARY_PATH']].filter(Boolean).join(':') };
  const reason = whyNotStarting(files.executable, own);
  if (reason !== undefined) throw new Error(`launchChromium: ${files.executable} does not start: ${reason}`);
  return own;
}

function inherited(): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) defined[name] = value;
  return defined;
}

/** Asks for the version, which loads every library (20 ms). */
function whyNotStarting(executable: string, env: Record<string, string>): string | undefined {
  const { status, stderr, error } = spawnSync(executable, ['--version'], { env, encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}
