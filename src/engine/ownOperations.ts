/**
 * TensorFlow operations of the project's own, which do in one pass over memory what TensorFlow needs several for: `native/`
 * in C, compiled by the set-up beside TensorFlow's addon. All works without them, with TensorFlow's own operations.
 */
import { join } from 'node:path';
import { binding } from './binding';
import { PROJECT_ROOT } from '../files/projectRoot';
import { followsTangents } from './tensor';

/** Name of the project's own kernel among those to choose from. */
export const OWN = 'samlab';

/** @returns whether the file could be loaded, which makes its operations known to TensorFlow. */
export function loadOperations(file: string): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- a file that need not be there
    require(file);
    return true;
  } catch {
    return false;
  }
}

/** Whether there are operations of the project's own on this machine. They are for processors. */
export const hasOwnOperations: boolean = !binding.isUsingGpuDevice() && loadOperations(join(PROJECT_ROOT, '.venv', 'tensorflow', 'samlab_operations.node'));

/** Whether they can be used now: derivatives along a direction are carried through TensorFlow's operations alone. */
export function canUseOwn(): boolean {
  return hasOwnOperations && !followsTangents();
}
