import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { once } from 'node:events';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { longWork, type LongWork } from '../progress/longWork';
import { StoppedError, type Stoppable } from '../progress/work';

/** How far a download is. */
export interface DownloadProgress {
  readonly url: string;
  /** Bytes that are on disk, those of earlier attempts included. */
  readonly received: number;
  /** Bytes of the whole file, or null where the server does not say. */
  readonly total: number | null;
}

/** What to download, and where to. */
export interface DownloadOptions extends Stoppable {
  readonly url: string;
  /** Where the file goes; until it is complete and checked, its bytes lie in `path` + '.part'. */
  readonly path: string;
  /** MD5 of the whole file, in hexadecimal. */
  readonly md5: string;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Milliseconds within which the server must answer. Default: 4000. */
  readonly answerWithin?: number;
  /** Milliseconds without a byte after which a connection counts as dead. Default: 20,000. */
  readonly stallAfter?: number;
}

/** Thrown where the server cannot be reached, or refuses the file. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** A transfer that began and broke off. Its bytes are kept, and another request continues from there. */
class InterruptedError extends Error {}

/** Attempts in a row that bring no new byte before a download is given up. */
const FRUITLESS_ATTEMPTS = 3;
const PAUSE_BETWEEN_ATTEMPTS = 300;
/** Milliseconds between checks whether the download is to stop. */
const LOOK_FOR_STOP = 100;
const MEGABYTE = 1e6;

/**
 * Downloads a file over HTTP, resumes where an earlier try broke off, and checks the MD5 sum.
 *
 * A connection that is cut or stalls is opened again as long as that brings new bytes. A file
 * that is at `path` already, with the right sum, is not downloaded again. Its `signal` or the kernel's interrupt stops it; what came
 * is kept for the next call.
 *
 * @throws StoppedError if it was stopped.
 * @throws UnreachableError if the server does not answer in time or refuses, before the first byte.
 * @throws Error if the transfer keeps breaking off (the received bytes are kept for the next call), if the
 *   sum is wrong (they are thrown away), or if the disk cannot be written.
 */
export function downloadFile(options: DownloadOptions): Promise<void> {
  return longWork(`download of ${basename(options.url)}`, options, (work) => downloadAs(work, options));
}

async function downloadAs(work: LongWork, options: DownloadOptions): Promise<void> {
  const { url, path, md5 } = options;
  if ((await sizeOf(path)) > 0 && (await md5Of(path)) === md5) return;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  await receiveAll(options, part, work);

  const found = await md5Of(part);
  if (found !== md5) {
    const size = await sizeOf(part);
    await rm(part);
    throw new Error(
      `downloadFile: expected MD5 ${md5} from ${url}, got ${found} (${size} bytes). The file was thrown away; ` +
        `another call downloads it again. If the sum is wrong again, the server or a proxy sends another file.`,
    );
  }
  await rename(part, path);
}

async function receiveAll(options: DownloadOptions, part: string, work: LongWork): Promise<void> {
  let began = false;
  for (let fruitless = 0; ; ) {
    const before = await sizeOf(part);
    try {
      await receiveRest(options, part, before, work);
      return;
    } catch (error) {
      const resumable = error instanceof InterruptedError || (began && error instanceof UnreachableError);
      if (!resumable) throw error;
      began = true;
      const size = await sizeOf(part);
      fruitless = size > before ? 0 : fruitless + 1;
      if (fruitless === FRUITLESS_ATTEMPTS) {
        throw new Error(
          `downloadFile: ${options.url} broke off after ${size} bytes (${error.message}). ` +
            `They are kept in ${part}; run again to resume from there.`,
          { cause: error },
        );
      }
      await sleep(PAUSE_BETWEEN_ATTEMPTS);
    }
  }
}

/** One connection: asks for the bytes from `start` on and appends them. */
async function receiveRest(options: DownloadOptions, part: string, start: number, work: LongWork): Promise<void> {
  const { url, onProgress, answerWithin = 4000, stallAfter = 20_000 } = options;
  const response = await open(url, start, answerWithin);
  // 416: there is nothing after `start`; the file was complete, and its sum decides.
  if (response.statusCode === 416) {
    response.destroy();
    return;
  }
  // 200 instead of 206: the server does not support ranges and sends the file from its beginning.
  let received = response.statusCode === 206 ? start : 0;
  const length = Number(response.headers['content-length']);
  const total = Number.isNaN(length) ? null : received + length;

  const watchdog = new AbortController();
  const timer = setTimeout(() => watchdog.abort(), stallAfter);
  // A request to stop must not wait for a server that sends nothing.
  const stop = setInterval(() => work.stopping && watchdog.abort(), LOOK_FOR_STOP);
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      timer.refresh();
      received += chunk.length;
      yield chunk;
      onProgress?.({ url, received, total });
      if (total !== null) {
        work.report({ done: received / MEGABYTE, of: Math.ceil(total / MEGABYTE), unit: 'MB' });
      }
    }
  };
  try {
    const file = createWriteStream(part, { flags: received > 0 ? 'a' : 'w' });
    await pipeline(response, counted, file, { signal: watchdog.signal });
  } catch (error) {
    if (work.stopping) throw new StoppedError();
    if (watchdog.signal.aborted) throw new InterruptedError(`no byte came for ${stallAfter / 1000} s`);
    if (isDisconnection(error)) throw new InterruptedError(error.message);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`downloadFile: ${part} could not be written (${reason}); make room on the disk and run again.`, { cause: error });
  } finally {
    clearTimeout(timer);
    clearInterval(stop);
  }
}

async function open(url: string, start: number, answerWithin: number, redirections = 3): Promise<IncomingMessage> {
  const get = url.startsWith('https:') ? httpsGet : httpGet;
  const headers = start > 0 ? { range: `bytes=${start}-` } : {};
  const watchdog = new AbortController();
  const timer = setTimeout(() => watchdog.abort(), answerWithin);
  const request = get(url, { headers, signal: watchdog.signal });
  const response = await once(request, 'response')
    .then(([answer]: IncomingMessage[]) => answer!)
    .catch((error: unknown) => {
      const reason = watchdog.signal.aborted ? `no answer within ${answerWithin / 1000} s` : String(error instanceof Error ? error.message : error);
      throw new UnreachableError(`downloadFile: ${url} cannot be reached (${reason}).`, { cause: error });
    })
    .finally(() => {
      clearTimeout(timer);
    });
  const status = response.statusCode ?? 0;
  const { location } = response.headers;
  if (status >= 300 && status < 400 && location !== undefined && redirections > 0) {
    response.destroy();
    return open(new URL(location, url).href, start, answerWithin, redirections - 1);
  }
  if (![200, 206, 416].includes(status)) {
    response.destroy();
    throw new UnreachableError(`downloadFile: ${url} is not handed out (HTTP status ${status}).`);
  }
  return response;
}

/** Tells a broken connection from, say, a full disk. */
function isDisconnection(error: unknown): error is NodeJS.ErrnoException {
  const codes = ['ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'EPIPE', 'ENETDOWN', 'ENETUNREACH', 'EHOSTUNREACH', 'ERR_STREAM_PREMATURE_CLOSE'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
      throw error;
    },
  );
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
