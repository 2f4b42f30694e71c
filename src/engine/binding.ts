/**
 * The one file that touches what TensorFlow.js keeps to itself: the native addon of
 * `@tensorflow/tfjs-node-gpu`, a thin layer over TensorFlow's eager C API. Tensors are integers here.
 */
import { totalmem } from 'node:os';
import nodeUtil = require('node:util');

/** TensorFlow's numbers for element types (tensorflow/core/framework/types.proto). */
export const DTYPE_NUMBERS = { float32: 1, int32: 3, uint8: 4, bfloat16: 14 } as const;

/** Element types that the engine computes with. */
export type DType = keyof typeof DTYPE_NUMBERS;

/** A native tensor as an op returns it. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** One attribute of an op, in the addon's own form. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[] | readonly string[];
}

type TypedArray = Float32Array | Int32Array | Uint8Array;

interface Binding {
  createTensor(shape: readonly number[], dtype: number, values: TypedArray): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TypedArray;
  executeOp(op: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): NativeTensor[];
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  loadSavedModel(folder: string, tag: string): number;
  deleteSavedModel(session: number): void;
  /** Feeds and fetches are lists of "node:output", with commas between them. */
  runSavedModel(session: number, inputs: readonly number[], feeds: string, fetches: string): NativeTensor[];
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_Version: string;
}

/** tfjs-node 4.22 calls two functions that Node 23 removed from `util`; it has to find them before it is loaded. */
function restoreRemovedUtilities(): void {
  Object.assign(nodeUtil, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
  });
}

function loadBinding(): Binding {
  restoreRemovedUtilities();
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  // On some processors TensorFlow would put oneDNN's kernels in place of those that are asked for; here both are asked for by name.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0';
  // One op of a graph after the other, each with all threads: two at once hold more memory and are no faster.
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1';
  // One pool for all tensors, in which a freed one is found again: the C library's own is left in pieces by tensors of many sizes.
  process.env['TF_CPU_ALLOCATOR_USE_BFC'] ??= 'true';
  process.env['TF_CPU_BFC_MEM_LIMIT_IN_MB'] ??= String(Math.floor(totalmem() / 2 ** 20));
  // Required, not imported: it must load after the lines above.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const tf = require('@tensorflow/tfjs-node-gpu') as { backend(): unknown };
  const native = (tf.backend() as { readonly binding: Binding }).binding;
  // A profile stands between the callers and these for a while; the addon's own cannot be replaced.
  return Object.create(native, {
    executeOp: { value: native.executeOp.bind(native), writable: true },
    runSavedModel: { value: native.runSavedModel.bind(native), writable: true },
  }) as Binding;
}

/** The native addon. */
export const binding: Binding = loadBinding();

/** Makes the attribute that names an op's element type. */
export function typeAttribute(name: string, dtype: DType): Attribute {
  return { name, type: binding.TF_ATTR_TYPE, value: DTYPE_NUMBERS[dtype] };
}

/** Makes a boolean attribute. */
export function boolAttribute(name: string, value: boolean): Attribute {
  return { name, type: binding.TF_ATTR_BOOL, value };
}

/** Makes an integer attribute, or a list of integers. */
export function intAttribute(name: string, value: number | readonly number[]): Attribute {
  return { name, type: binding.TF_ATTR_INT, value };
}

/** Makes a floating-point attribute. */
export function floatAttribute(name: string, value: number): Attribute {
  return { name, type: binding.TF_ATTR_FLOAT, value };
}

/** Makes a string attribute. */
export function stringAttribute(name: string, value: string): Attribute {
  return { name, type: binding.TF_ATTR_STRING, value };
}

/** Makes a shape attribute. */
export function shapeAttribute(name: string, value: readonly number[]): Attribute {
  return { name, type: binding.TF_ATTR_SHAPE, value };
}

/** Makes a list of strings, which ops have within graphs alone; see `executeAlone`. */
export function stringListAttribute(name: string, value: readonly string[]): Attribute {
  return { name, type: binding.TF_ATTR_STRING, value };
}

/** Makes a list of element types, likewise. */
export function typeListAttribute(name: string, value: readonly DType[]): Attribute {
  return { name, type: binding.TF_ATTR_TYPE, value: value.map((dtype) => DTYPE_NUMBERS[dtype]) };
}

/** Whose kernels compute an op. */
export type KernelLibrary = 'TensorFlow' | 'oneDNN';

/** Asks for oneDNN's own kernel of an op whose name begins with `_Mkl`, whatever TensorFlow takes by default. */
export const oneDnnKernel: Attribute = stringAttribute('_kernel', 'MklNameChangeOp');

/** What the numbers are computed by: version of TensorFlow, and whether on a graphics card. */
export function tensorflowPlatform(): { readonly version: string; readonly gpu: boolean } {
  return { version: binding.TF_Version, gpu: binding.isUsingGpuDevice() };
}
