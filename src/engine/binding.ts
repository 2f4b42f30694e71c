/** What computes the engine's ops, behind the functions of TensorFlow's addon, and how their attributes are written. Tensors are integers here. */
import { loadBinding } from './nativeBinding';

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
  readonly value: boolean | number | string | readonly number[];
}

/** Elements of a tensor in JavaScript. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** The functions of the native addon that the engine calls. */
export interface Binding {
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

/** What computes: the native addon, or plain JavaScript where the engine is bundled for browsers. */
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

/** Whose kernels compute an op. */
export type KernelLibrary = 'TensorFlow' | 'oneDNN';

/** Asks for oneDNN's own kernel of an op whose name begins with `_Mkl`, whatever TensorFlow takes by default. */
export const oneDnnKernel: Attribute = stringAttribute('_kernel', 'MklNameChangeOp');

/** What the numbers are computed by: version of TensorFlow, and whether on a graphics card. */
export function tensorflowPlatform(): { readonly version: string; readonly gpu: boolean } {
  return { version: binding.TF_Version, gpu: binding.isUsingGpuDevice() };
}
