import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { after } from 'node:test';

/** Answers one request: `start` is where the asked range begins (0 without one), `nth` counts requests from 0. */
export type Answer = (response: ServerResponse, start: number, nth: number, request: IncomingMessage) => void;

/** A web server on this machine, for tests; it closes when the test file ends. */
export async function serve(answer: Answer): Promise<{ readonly url: string; readonly starts: readonly number[] }> {
  const starts: number[] = [];
  const server = createServer((request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    starts.push(start);
    answer(response, start, starts.length - 1, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('serve: the server has no port.');
  return { url: `http://127.0.0.1:${address.port}`, starts };
}

/** Sends `content` from `start` on, as a server that knows ranges does. */
export function sendRange(response: ServerResponse, content: Buffer, start: number): void {
  if (start >= content.length) {
    response.writeHead(416).end();
    return;
  }
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': content.length - start }).end(content.subarray(start));
}
