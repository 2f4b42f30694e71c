import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar';

/** Where the parts of an unpacked Chromium lie. */
export interface ChromiumFiles {
  readonly executable: string;
  /** Network security and XML libraries for systems that have none. */
  readonly libraries: string;
  /** Lists the package's own typeface (Open Sans), then the system's. */
  readonly fontConfiguration: string;
}

/** The package's own configuration names a folder that does not exist here. The paths below are relative to the file itself. */
const FONT_CONFIGURATION = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <config></config>
</fontconfig>
`;

/**
 * Unpacks the Chromium that `@sparticuz/chromium` carries (200 MB) into a folder of its version under `parent`, once.
 *
 * The package's own unpacking goes to the system's temporary folder and takes a half-written file for a whole one;
 * here the files appear under their name only when all of them are there, so a killed or a second process does no harm.
 *
 * @param parent - Folder that holds one folder per version; made if missing.
 * @throws Error when the files cannot be written; the message names the folder.
 */
export async function unpackChromium(parent: string): Promise<ChromiumFiles> {
  const packageFolder = join(dirname(require.resolve('@sparticuz/chromium')), '..');
  const folder = join(parent, await packageVersion(packageFolder));
  if (!(await exists(folder))) {
    try {
      await unpackAs(folder, join(packageFolder, 'bin'));
    } catch (error) {
      throw new Error(`unpackChromium: could not unpack the browser into ${parent}; is there 300 MB of room?`, { cause: error });
    }
  }
  return {
    executable: join(folder, 'chromium'),
    libraries: join(folder, 'lib'),
    fontConfiguration: join(folder, 'fonts.conf'),
  };
}

async function packageVersion(packageFolder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { readonly version: string };
  return manifest.version;
}

async function unpackAs(folder: string, archives: string): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await removeAbandonedDrafts(parent);
  const draft = await mkdtemp(join(parent, `draft-${process.pid}-`));
  try {
    await fill(draft, archives);
    await moveUnlessThere(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A killed process cannot remove its own draft. */
async function removeAbandonedDrafts(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = /^draft-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function fill(folder: string, archives: string): Promise<void> {
  for (const archive of ['fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']) {
    await extract({ file: join(archives, archive), cwd: folder, brotli: true, preserveOwner: false });
  }
  await writeFile(join(folder, 'fonts.conf'), FONT_CONFIGURATION);
  await pipeline(
    createReadStream(join(archives, 'chromium.br')),
    createBrotliDecompress(),
    createWriteStream(join(folder, 'chromium'), { mode: 0o755 }),
  );
}

/** Another process may have been faster; then its folder, which is the same, stays. */
async function moveUnlessThere(draft: string, folder: string): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    if (!(await exists(folder))) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
