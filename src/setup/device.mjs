// @ts-check
import { spawnSync } from 'node:child_process';
import { SetupProblem } from './problem.mjs';

/** @typedef {'cpu' | 'cuda'} Device what TensorFlow computes on */

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Device} `cuda` when an NVIDIA driver answers, unless `SAMLAB_DEVICE` is `cpu`
 * @throws {SetupProblem} when `SAMLAB_DEVICE` is anything else
 */
export function findDevice(env) {
  const wanted = env['SAMLAB_DEVICE'];
  if (wanted === 'cpu') return 'cpu';
  if (wanted !== undefined && wanted !== '') {
    throw new SetupProblem(`SAMLAB_DEVICE is "${wanted}".`, 'Set it to "cpu" to leave a graphics card alone, or unset it.');
  }
  const { status, stdout } = spawnSync('nvidia-smi', ['-L'], { env, encoding: 'utf8' });
  return status === 0 && stdout.includes('GPU ') ? 'cuda' : 'cpu';
}
