// @ts-check
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder. */
export const PROJECT = resolve(fileURLToPath(new URL('../../', import.meta.url)));

/**
 * @typedef {object} Layout where set-up reads and writes, as absolute paths
 * @property {string} root
 * @property {string} nodeModules
 * @property {string} venv Python's side and everything else that is made per machine
 * @property {string} python the venv's interpreter
 * @property {string} requirements
 * @property {string} cudaRequirements
 * @property {string} tensorflow TensorFlow's libraries and headers, and the addon
 * @property {string} addon
 * @property {string} operations TensorFlow operations of the project's own, compiled
 * @property {string} operationSources
 * @property {string} nvidia CUDA's libraries, where TensorFlow's own search path (`$ORIGIN/../nvidia`) expects them
 * @property {string} kernelspec
 * @property {string} labSettings settings of JupyterLab that differ from its own
 * @property {string} kernelPreload makes tslab's kernel stop what a cell awaits, and run shorthand properties
 * @property {string} preload makes tfjs-node run on Node 23 and later
 * @property {string} sources
 * @property {string} compiled
 */

/**
 * @param {string} root the project's folder
 * @returns {Layout}
 */
export function layoutOf(root) {
  const venv = join(root, '.venv');
  return {
    root,
    nodeModules: join(root, 'node_modules'),
    venv,
    python: join(venv, 'bin/python'),
    requirements: join(root, 'src/setup/requirements.txt'),
    cudaRequirements: join(root, 'src/setup/requirements-cuda.txt'),
    tensorflow: join(venv, 'tensorflow'),
    addon: join(venv, 'tensorflow/tfjs_binding.node'),
    operations: join(venv, 'tensorflow/samlab_operations.node'),
    operationSources: join(root, 'src/engine/native'),
    nvidia: join(venv, 'nvidia'),
    kernelspec: join(venv, 'share/jupyter/kernels/tslab/kernel.json'),
    labSettings: join(venv, 'share/jupyter/lab/settings/overrides.json'),
    preload: join(root, 'src/setup/nodeUtilities.cjs'),
    kernelPreload: join(root, 'src/setup/tslabKernel.cjs'),
    sources: join(root, 'src'),
    compiled: join(root, 'dist'),
  };
}
