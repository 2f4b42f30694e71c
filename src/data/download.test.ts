import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { downloadFile, UnreachableError, type DownloadProgress } from './download';
import { sendRange, serve } from './testing/server';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));
const MD5 = createHash('md5').update(CONTENT).digest('hex');

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samlab-download-'));
  path = join(folder, 'inner', 'file.bin');
});
afterEach(() => rm(folder, { recursive: true }));

async function assertComplete(): Promise<void> {
  assert.ok(CONTENT.equals(await readFile(path)), 'the file is the one that was sent');
  assert.ok(!existsSync(`${path}.part`), 'no unfinished piece is left');
}

test('a whole file arrives, with its progress', async () => {
  const { url, starts } = await serve((response, start) => sendRange(response, CONTENT, start));
  const seen: DownloadProgress[] = [];
  await downloadFile({ url, path, md5: MD5, onProgress: (progress) => seen.push(progress) });
  await assertComplete();
  assert.deepEqual(seen.at(-1), { url, received: 300_000, total: 300_000 });
  assert.ok(seen.every(({ received }, index) => index === 0 || received > seen[index - 1]!.received));

  await downloadFile({ url, path, md5: MD5 });
  assert.deepEqual(starts, [0], 'a file that is there and right is not asked for again');
});

test('a broken connection is reopened where it broke off', async () => {
  const { url, starts } = await serve((response, start, nth) => {
    if (nth >= 2) {
      sendRange(response, CONTENT, start);
      return;
    }
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': CONTENT.length - start });
    response.write(CONTENT.subarray(start, start + 100_000), () => setTimeout(() => response.destroy(), 50));
  });
  const seen: DownloadProgress[] = [];
  await downloadFile({ url, path, md5: MD5, onProgress: (progress) => seen.push(progress) });
  await assertComplete();
  // Bytes that had arrived but were not yet on disk when the connection broke are requested again.
  const [first, second, third] = starts;
  assert.ok(starts.length === 3 && first === 0 && second! > 0 && third! > second!, `asked from ${starts.join(', ')}`);
  assert.ok(seen.every(({ total }) => total === 300_000));
});

test('a stopped download keeps its bytes, says how many, and resumes', { timeout: 20_000 }, async () => {
  const { url, starts } = await serve((response, start, nth) => {
    if (nth > 0) {
      sendRange(response, CONTENT, start);
      return;
    }
    // The rest never comes: only stopping ends it.
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 100_000));
  });
  const controller = new AbortController();
  const stopped = downloadFile({ url: `${url}/file.bin`, path, md5: MD5, signal: controller.signal, stallAfter: 600_000, onProgress: () => controller.abort() });
  await assert.rejects(stopped, { name: 'StoppedError', message: /^download of file\.bin was stopped at your request after 0 of 1 MB\.$/ });
  await downloadFile({ url: `${url}/file.bin`, path, md5: MD5 });
  await assertComplete();
  assert.ok(starts.length === 2 && starts[1]! > 0, `asked from ${starts.join(', ')}`);
});

test('a download that an earlier call left unfinished resumes', async () => {
  const { url, starts } = await serve((response, start) => sendRange(response, CONTENT, start));
  await mkdir(join(folder, 'inner'));
  await writeFile(`${path}.part`, CONTENT.subarray(0, 123_456));
  await downloadFile({ url, path, md5: MD5 });
  await assertComplete();
  assert.deepEqual(starts, [123_456]);
});

test('a complete but unchecked piece is checked, not downloaded', async () => {
  const { url, starts } = await serve((response, start) => sendRange(response, CONTENT, start));
  await mkdir(join(folder, 'inner'));
  await writeFile(`${path}.part`, CONTENT);
  await downloadFile({ url, path, md5: MD5 });
  await assertComplete();
  assert.deepEqual(starts, [300_000]);
});

test('a server that ignores ranges makes the download start over, not append', async () => {
  const { url, starts } = await serve((response, _, nth) => {
    if (nth > 0) {
      sendRange(response, CONTENT, 0);
      return;
    }
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 50));
  });
  await downloadFile({ url, path, md5: MD5 });
  await assertComplete();
  assert.ok(starts.length === 2 && starts[1]! > 0, `asked from ${starts.join(', ')}`);
});

test('a file with a wrong sum is refused and thrown away', async () => {
  const { url } = await serve((response, start) => sendRange(response, Buffer.from('another file'), start));
  const found = createHash('md5').update('another file').digest('hex');
  await assert.rejects(downloadFile({ url, path, md5: MD5 }), (error: Error) => {
    assert.ok(!(error instanceof UnreachableError), 'a wrong file is not a missing network');
    assert.ok(error.message.startsWith(`downloadFile: expected MD5 ${MD5} from ${url}, got ${found} (12 bytes).`), error.message);
    return true;
  });
  assert.ok(!existsSync(path) && !existsSync(`${path}.part`));
});

test('a server that goes silent is dropped, and its bytes are kept', async () => {
  const { url, starts } = await serve((response, start) => {
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': CONTENT.length - start });
    if (start === 0) response.write(CONTENT.subarray(0, 10_000));
    else response.flushHeaders();
  });
  await assert.rejects(downloadFile({ url, path, md5: MD5, stallAfter: 300 }), (error: Error) => {
    assert.match(error.message, /broke off after 10000 bytes \(no byte came for 0\.3 s\)\. They are kept in .*file\.bin\.part; run again/);
    assert.ok(!(error instanceof UnreachableError));
    return true;
  });
  assert.deepEqual(starts, [0, 10_000, 10_000, 10_000], 'it is given up after three attempts without a byte');
  assert.ok(CONTENT.subarray(0, 10_000).equals(await readFile(`${path}.part`)));
});

test('a server that accepts the connection and never answers counts as unreachable', async () => {
  const { url } = await serve(() => undefined);
  await assert.rejects(downloadFile({ url, path, md5: MD5, answerWithin: 100 }), {
    name: 'UnreachableError',
    message: `downloadFile: ${url} cannot be reached (no answer within 0.1 s).`,
  });
});

test('a closed port, and a host without an address, count as unreachable', async () => {
  const port = await new Promise<number>((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address !== 'string' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
  await assert.rejects(downloadFile({ url: `http://127.0.0.1:${port}/a`, path, md5: MD5 }), /UnreachableError: .*cannot be reached \(.*ECONNREFUSED/);
  await assert.rejects(downloadFile({ url: 'https://host.invalid/a', path, md5: MD5, answerWithin: 1000 }), { name: 'UnreachableError' });
});

test('a refusal is reported with its status, and a redirection is followed', async () => {
  const refusing = await serve((response) => response.writeHead(403).end('no'));
  await assert.rejects(downloadFile({ url: refusing.url, path, md5: MD5 }), /UnreachableError: .*not handed out \(HTTP status 403\)/);
  const { url } = await serve((response, start, _, request) => {
    if (request.url === '/new') sendRange(response, CONTENT, start);
    else response.writeHead(301, { location: '/new' }).end();
  });
  await downloadFile({ url: `${url}/old`, path, md5: MD5 });
  await assertComplete();
  const endless = await serve((response) => response.writeHead(302, { location: '/' }).end());
  await assert.rejects(downloadFile({ url: endless.url, path: join(folder, 'x'), md5: MD5 }), /HTTP status 302/);
  assert.equal(endless.starts.length, 4);
});

test('a full disk is reported as such, not as a broken connection', { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' }, async () => {
  const { url, starts } = await serve((response, start) => sendRange(response, CONTENT, start));
  const full = join(folder, 'full.bin');
  await symlink('/dev/full', `${full}.part`);
  await assert.rejects(downloadFile({ url, path: full, md5: MD5 }), /full\.bin\.part could not be written \(ENOSPC.*make room on the disk/);
  assert.equal(starts.length, 1);
});
