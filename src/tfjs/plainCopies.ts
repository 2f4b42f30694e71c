import { tensor } from '@tensorflow/tfjs-core';
import { PlainVector } from '../engine/plainVector';
import type { Vector } from '../engine/vector';
import type { PerturbationState } from '../optim/perturbation';
import { TfjsVector } from './tfjsVector';

/** Copies a vector into JavaScript's memory, from any backend. */
export async function toPlain({ specs, tensors }: TfjsVector): Promise<PlainVector> {
  const arrays = await Promise.all(tensors.map((element) => element.data<'float32'>()));
  return new PlainVector(specs, arrays.map((array) => Float64Array.from(array)));
}

/** Copies a vector into the backend in use, in single precision. */
export function fromPlain({ specs, elements }: PlainVector): TfjsVector {
  return new TfjsVector(specs, specs.map(({ shape }, index) => tensor(Float32Array.from(elements[index]!), [...shape])));
}

/** Copies what a rule keeps. */
export async function copyState<From extends Vector, To extends Vector>(
  { numbers, vectors }: PerturbationState<From>,
  copy: (vector: From) => To | Promise<To>,
): Promise<PerturbationState<To>> {
  const copies = await Promise.all(Object.entries(vectors).map(async ([name, vector]) => [name, await copy(vector)] as const));
  return { numbers, vectors: Object.fromEntries(copies) };
}
