// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * @typedef {object} Finished
 * @property {boolean} ok whether the program ran and returned 0
 * @property {string} output what it printed on both streams, in order of arrival
 */

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program quietly to its end. A signal that ends set-up ends the program too, so that nothing runs on without the lock.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Finished>}
 */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  /** @param {typeof SIGNALS[number]} signal */
  const passOn = (signal) => {
    child.kill(signal);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  try {
    return await new Promise((resolve) => {
      child.on('error', (error) => resolve({ ok: false, output: `${command}: ${error.message}` }));
      child.on('close', (code) => resolve({ ok: code === 0, output }));
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, passOn);
  }
}
