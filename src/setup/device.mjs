// @ts-check
import { spawnSync } from 'node:child_process';
import { SetupProblem } from './problem.mjs';

/** @typedef {'cpu' | 'cuda'} Device what TensorFlow computes on */

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} hasCuda whether the set-up holds CUDA already. On a cluster one set-up serves all nodes: where there is
 *   no card TensorFlow's CUDA build computes on the processor, so a node without one leaves it in place.
 * @returns {Device} what `SAMLAB_DEVICE` says; otherwise `cuda` when an NVIDIA driver answers or CUDA is there already
 * @throws {SetupProblem} when `SAMLAB_DEVICE` is anything else
 */
export function findDevice(env, hasCuda) {
  const wanted = env['SAMLAB_DEVICE'];
  if (wanted === 'cpu' || wanted === 'cuda') return wanted;
  if (wanted !== undefined && wanted !== '') {
    throw new SetupProblem(
      `SAMLAB_DEVICE is "${wanted}".`,
      'Set it to "cpu" to leave a graphics card alone, to "cuda" to set up for one that only other nodes have, or unset it.',
    );
  }
  if (hasCuda) return 'cuda';
  const { status, stdout } = spawnSync('nvidia-smi', ['-L'], { env, encoding: 'utf8' });
  return status === 0 && stdout.includes('GPU ') ? 'cuda' : 'cpu';
}
