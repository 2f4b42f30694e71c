/**
 * The one file that touches what TensorFlow.js keeps to itself: the native addon of
 * `@tensorflow/tfjs-node-gpu`, a thin layer over TensorFlow's eager C API.
 */
import { totalmem } from 'node:os';
import nodeUtil = require('node:util');
import type { Binding } from './bindingTypes';

/** tfjs-node 4.22 calls two functions that Node 23 removed from `util`; it has to find them before it is loaded. */
function restoreRemovedUtilities(): void {
  Object.assign(nodeUtil, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
  });
}

/** Loads the native addon. */
export function loadBinding(): Binding {
  restoreRemovedUtilities();
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  // On some processors TensorFlow would replace the requested kernels by oneDNN's; here both are requested by name.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0';
  // One op of a graph after the other, each with all threads: two at once hold more memory and are no faster.
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1';
  // TensorFlow's own memory pool, which reuses freed tensors' memory: the C library's heap fragments under tensors of many sizes.
  process.env['TF_CPU_ALLOCATOR_USE_BFC'] ??= 'true';
  process.env['TF_CPU_BFC_MEM_LIMIT_IN_MB'] ??= String(Math.floor(totalmem() / 2 ** 20));
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it before the lines above
  const tf = require('@tensorflow/tfjs-node-gpu') as { backend(): unknown };
  const native = (tf.backend() as { readonly binding: Binding }).binding;
  // Replaceable, since a profile wraps these functions for a while; the addon's own cannot be replaced.
  return Object.create(native, {
    executeOp: { value: native.executeOp.bind(native), writable: true },
    runSavedModel: { value: native.runSavedModel.bind(native), writable: true },
  }) as Binding;
}
