// @ts-check
import { delimiter, dirname } from 'node:path';

/**
 * glibc gives large blocks back to the system as soon as they are freed, and fetches them again page by page: with
 * activations of tens of megabytes that was a good part of a training step. With this it keeps them, in large pages where the
 * system has them. A glibc before 2.35 ignores the large pages, and other C libraries ignore all of it.
 */
export const KEEP_FREED_MEMORY = [
  'glibc.malloc.hugetlb=1',
  `glibc.malloc.mmap_threshold=${2 ** 30}`,
  `glibc.malloc.trim_threshold=${2 ** 36}`,
  // One heap: with several, each thread would keep what it freed to itself.
  'glibc.malloc.arena_max=1',
].join(':');

/**
 * The environment of every program that a command starts: the venv's programs come first, TensorFlow keeps its log to
 * errors, freed memory is kept for the next tensor, and each Node process loads the functions that tfjs-node lacks.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @param {NodeJS.ProcessEnv} inherited
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentOf(layout, inherited) {
  return {
    ...inherited,
    PATH: [dirname(layout.python), inherited.PATH].filter(Boolean).join(delimiter),
    VIRTUAL_ENV: layout.venv,
    NODE_OPTIONS: [inherited.NODE_OPTIONS, `--require ${quoted(layout.preload)}`].filter(Boolean).join(' '),
    TF_CPP_MIN_LOG_LEVEL: inherited.TF_CPP_MIN_LOG_LEVEL ?? '3',
    GLIBC_TUNABLES: inherited.GLIBC_TUNABLES ?? KEEP_FREED_MEMORY,
  };
}

/**
 * @param {string} path
 * @returns {string} the path as NODE_OPTIONS reads it, spaces and all
 */
function quoted(path) {
  return `"${path.replace(/["\\]/g, '\\$&')}"`;
}
