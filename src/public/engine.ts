/** Tensors in native memory, operations with gradients, vectors of parameters, seeded random numbers. */

export * as ops from '../engine/operations';
export { PlainVector } from '../engine/plainVector';
export { random, type Random } from '../engine/random';
export { valueAndGradient, type ValueAndGradient } from '../engine/tape';
export { release, scope, tensor, tensorCount, type Tensor } from '../engine/tensor';
export { TensorVector } from '../engine/tensorVector';
export type { ParameterKind, ParameterSpec, Vector } from '../engine/vector';
