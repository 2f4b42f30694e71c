import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { PROJECT_ROOT } from '../files/projectRoot';
import { unpackChromium } from './chromiumPackage';

const TEST_FOLDER = join(PROJECT_ROOT, 'data/test');
let parent = '';

before(async () => {
  await mkdir(TEST_FOLDER, { recursive: true });
  parent = await mkdtemp(join(TEST_FOLDER, 'chromium-'));
});

after(() => rm(parent, { recursive: true, force: true }));

test('two unpackings at once give one whole Chromium, and a killed one leaves nothing behind', async () => {
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  const abandoned = join(parent, `draft-${dead}-aaaaaa`);
  const inUse = join(parent, `draft-${process.ppid}-aaaaaa`);
  for (const folder of [abandoned, inUse]) {
    await mkdir(folder);
    await writeFile(join(folder, 'chromium'), 'half');
  }

  const [first, second] = await Promise.all([unpackChromium(parent), unpackChromium(parent)]);

  assert.deepEqual(first, second);
  const version = basename(dirname(first.executable));
  assert.deepEqual((await readdir(parent)).sort(), [basename(inUse), version].sort());
  const reported = spawnSync(first.executable, ['--version'], {
    encoding: 'utf8',
    env: { LD_LIBRARY_PATH: first.libraries, FONTCONFIG_FILE: first.fontConfiguration },
  });
  assert.match(reported.stdout, new RegExp(`^Chromium ${version.split('.')[0]}\\.`));
});

test('an unpacked Chromium is not unpacked again', async () => {
  const { executable } = await unpackChromium(parent);
  const before = await stat(executable);
  assert.equal((await unpackChromium(parent)).executable, executable);
  assert.equal((await stat(executable)).ino, before.ino);
});

test('a folder that cannot be written is named', async () => {
  const file = join(parent, 'a-file');
  await writeFile(file, '');
  await assert.rejects(unpackChromium(join(file, 'below')), /unpackChromium: could not unpack the browser into .*a-file/);
});
