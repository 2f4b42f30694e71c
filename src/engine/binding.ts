/** What computes the engine's ops, behind the functions of TensorFlow's addon, and how their attributes are written. Tensors are integers here. */
import type { Attribute, Binding } from './bindingTypes';
import { loadBinding } from './nativeBinding';

export type { Attribute, Binding, NativeTensor, TypedArray } from './bindingTypes';

/** TensorFlow's numbers for element types (tensorflow/core/framework/types.proto). */
export const DTYPE_NUMBERS = { float32: 1, int32: 3, uint8: 4, bfloat16: 14 } as const;

/** Element types that the engine computes with. */
export type DType = keyof typeof DTYPE_NUMBERS;

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

/** Makes a list of strings, which ops have only within graphs; see `executeAlone`. */
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
