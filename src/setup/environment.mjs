// @ts-check
import { delimiter, dirname } from 'node:path';

/**
 * The environment of every program that a command starts: the venv's programs come first, TensorFlow keeps its log to
 * errors, and each Node process loads what tfjs-node misses.
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
  };
}

/**
 * @param {string} path
 * @returns {string} the path as NODE_OPTIONS reads it, spaces and all
 */
function quoted(path) {
  return `"${path.replace(/["\\]/g, '\\$&')}"`;
}
