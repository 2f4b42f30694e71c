// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { clearInterval, setInterval } from 'node:timers';

/**
 * @typedef {object} Program
 * @property {string} command
 * @property {readonly string[]} args
 */

/** Milliseconds between checks of the parent process. */
const LOOK_INTERVAL = 1000;

/**
 * Runs programs side by side in this terminal until the first of them ends; then ends the others.
 *
 * Each gets a process group of its own, so that Ctrl-C reaches it once, through here, as `interrupt`. Each gets this
 * process's number as `SAMLAB_PARENT`: a long training stops when this process is gone.
 *
 * @param {readonly Program[]} programs
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, interrupt?: NodeJS.Signals }} options
 * @returns {Promise<number>} exit code of the program that ended first; 128 + the signal's number if one ended it
 */
export async function runInForeground(programs, { cwd, env, interrupt = 'SIGINT' }) {
  const childEnv = { ...env, SAMLAB_PARENT: String(process.pid) };
  const children = programs.map(({ command, args }) => spawn(command, args, { cwd, env: childEnv, stdio: 'inherit', detached: true }));
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    for (const child of children) child.kill(signal === 'SIGINT' ? interrupt : signal);
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, passOn);
  const watch = env.npm_lifecycle_event === undefined ? undefined : onceOrphaned(() => passOn('SIGTERM'));
  try {
    const ends = children.map((child) => endOf(child));
    const code = await Promise.race(ends);
    passOn('SIGTERM');
    await Promise.allSettled(ends);
    return code;
  } finally {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, passOn);
  }
}

/**
 * Does something once when npm, which started this process, has been killed.
 *
 * @param {() => void} action
 */
function onceOrphaned(action) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    action();
  }, LOOK_INTERVAL);
  return watch;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function endOf(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
