// @ts-check
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { connect, createServer } from 'node:net';

/**
 * Does something while no other process does it in the same folder; waits for the other one to finish.
 *
 * The lock is a socket in Linux's abstract name space. The system takes it away with the process that holds it,
 * however that ends, so there is no stale lock to recover from.
 *
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @param {(holder: string) => void} onWait called once, with the process id of the holder
 * @returns {Promise<T>}
 */
export async function withLock(folder, work, onWait) {
  const name = `\0samlab-setup-${createHash('sha256').update(realpathSync(folder)).digest('hex')}`;
  let announced = false;
  for (;;) {
    const release = await acquire(name);
    if (release !== undefined) {
      try {
        return await work();
      } finally {
        release();
      }
    }
    await released(name, (holder) => {
      if (!announced) onWait(holder);
      announced = true;
    });
  }
}

/**
 * @param {string} name
 * @returns {Promise<(() => void) | undefined>} what releases the lock, or nothing if another process has it
 */
function acquire(name) {
  /** @type {Set<import('node:net').Socket>} */
  const waiting = new Set();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => undefined);
    socket.write(`${process.pid}\n`);
  });
  return new Promise((resolve, reject) => {
    server.on('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => {
      resolve(() => {
        server.close();
        for (const socket of waiting) socket.destroy();
      });
    });
  });
}

/**
 * @param {string} name
 * @param {(holder: string) => void} onWait
 * @returns {Promise<void>} resolves when the holder has released the lock or has ended
 */
function released(name, onWait) {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.setEncoding('utf8').on('data', (text) => onWait(String(text).trim()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}
