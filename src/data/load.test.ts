import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { create } from 'tar';
import { CIFAR_ARCHIVES } from './archive';
import { CIFAR_LAYOUTS, type CifarLayout } from './cifar';
import { loadFrom, type DatasetSource } from './load';
import { sendRange, serve } from './testing/server';

const LAYOUT: CifarLayout = {
  name: 'CIFAR-10',
  folder: 'small-bin',
  classNames: ['cat', 'dog'],
  labelBytes: 1,
  trainFiles: ['train.bin'],
  testFiles: ['test.bin'],
  imagesPerTrainFile: 2,
  imagesPerTestFile: 2,
};
const RECORDS = Buffer.concat([Buffer.from([1]), Buffer.alloc(3072, 9), Buffer.from([0]), Buffer.alloc(3072, 8)]);
const NOWHERE = 'http://127.0.0.1:1/small.tar.gz';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samlab-load-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A source whose archive a server on this machine provides. */
async function servedSource(content: Buffer, md5: string): Promise<DatasetSource & { readonly starts: readonly number[] }> {
  const { url, starts } = await serve((response, start) => sendRange(response, content, start));
  return { layout: LAYOUT, archive: { url: `${url}/small.tar.gz`, md5, folder: LAYOUT.folder }, starts };
}

async function smallArchive(): Promise<Buffer> {
  const origin = join(folder, 'origin');
  await mkdir(join(origin, LAYOUT.folder), { recursive: true });
  await writeFile(join(origin, LAYOUT.folder, 'train.bin'), RECORDS);
  await writeFile(join(origin, LAYOUT.folder, 'test.bin'), RECORDS);
  await create({ gzip: true, cwd: origin, file: join(folder, 'made.tar.gz') }, [LAYOUT.folder]);
  return readFile(join(folder, 'made.tar.gz'));
}

const md5 = (content: Buffer): string => createHash('md5').update(content).digest('hex');

test('a set that is not there is downloaded, unpacked and read; the next time it is read in place', async () => {
  const content = await smallArchive();
  const source = await servedSource(content, md5(content));
  const data = join(folder, 'data');
  const received: number[] = [];
  const { train } = await loadFrom(source, { folder: data, onProgress: (progress) => received.push(progress.received) });
  assert.deepEqual([...train.labels], [1, 0]);
  assert.deepEqual([train.images[0], train.images[3072]], [9, 8]);
  assert.equal(train.synthetic, false);
  assert.equal(received.at(-1), content.length);
  assert.deepEqual(await readdir(join(data, 'downloads')), [], 'archive and staging folder are gone');

  await loadFrom(source, { folder: data });
  assert.equal(source.starts.length, 1);
});

test('an archive with a wrong sum is an error, and nothing takes its place', async () => {
  const content = await smallArchive();
  const source = await servedSource(content, md5(Buffer.from('other')));
  await assert.rejects(loadFrom(source, { folder: join(folder, 'data') }), /expected MD5/);
  assert.ok(!existsSync(join(folder, 'data', LAYOUT.folder)));
});

test('an archive that cannot be unpacked leaves no half-filled folder', async () => {
  const content = (await smallArchive()).subarray(0, 60);
  const source = await servedSource(content, md5(content));
  await assert.rejects(loadFrom(source, { folder: join(folder, 'data') }), /fetchArchive: .*small\.tar\.gz could not be unpacked to .*data/);
  assert.ok(!existsSync(join(folder, 'data', LAYOUT.folder)));
  assert.deepEqual(await readdir(join(folder, 'data/downloads')), ['small.tar.gz']);
});

test('a damaged set in place is an error, with or without network, and is left as it is', async () => {
  const source: DatasetSource = { layout: LAYOUT, archive: { url: NOWHERE, md5: '', folder: LAYOUT.folder } };
  await mkdir(join(folder, LAYOUT.folder));
  await writeFile(join(folder, LAYOUT.folder, 'train.bin'), RECORDS.subarray(1));
  await assert.rejects(loadFrom(source, { folder }), /expected .*train\.bin to have 6146 bytes, found 6145/);
  assert.equal((await readFile(join(folder, LAYOUT.folder, 'train.bin'))).length, 6145);
});

test('without network the embedded set with the same number of classes is used, and the reason is given', async () => {
  const source: DatasetSource = { layout: LAYOUT, archive: { url: NOWHERE, md5: '', folder: LAYOUT.folder } };
  const reasons: string[] = [];
  const ten = await loadFrom(source, { folder, onSynthetic: (reason) => reasons.push(reason.message) });
  assert.equal(ten.train.name, 'synthetic-10');
  assert.ok(ten.train.synthetic && ten.test.synthetic);
  assert.equal(reasons.length, 1);
  assert.match(reasons[0]!, /127\.0\.0\.1:1\/small\.tar\.gz cannot be reached/);
  const hundred = await loadFrom({ ...source, layout: { ...LAYOUT, name: 'CIFAR-100' } }, { folder });
  assert.equal(hundred.train.name, 'synthetic-100');
});

test('where the embedded set is not allowed, the error says how to get the real one', async () => {
  const source: DatasetSource = { layout: LAYOUT, archive: { url: NOWHERE, md5: '', folder: LAYOUT.folder } };
  await assert.rejects(loadFrom(source, { folder, allowSynthetic: false }), {
    name: 'UnreachableError',
    message: /^loadDataset: CIFAR-10 is not in .*cannot be reached.*Unpack http.*small\.tar\.gz to .* by hand, or allow the synthetic set/,
  });
});

test('the official archives hold the folders that are read', () => {
  for (const dataset of ['cifar10', 'cifar100'] as const) {
    assert.equal(CIFAR_ARCHIVES[dataset].folder, CIFAR_LAYOUTS[dataset].folder);
    assert.match(CIFAR_ARCHIVES[dataset].md5, /^[0-9a-f]{32}$/);
  }
});
