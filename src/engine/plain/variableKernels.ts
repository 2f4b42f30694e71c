/** Resource variables, and the training ops that change them. What a variable holds is replaced, never overwritten: tensors share it. */
import type { Attribute, TypedArray } from '../bindingTypes';
import { flag, hold, letGo, room, stored, valuesOf, type Stored } from './stored';

/** Variables by number. A handle is a tensor whose one element is this number. */
const variables = new Map<number, Stored>();
let made = 0;

function numberOf(handle: Stored): number {
  return valuesOf(handle)[0]!;
}

function held(handle: Stored): Stored {
  return variables.get(numberOf(handle))!;
}

function assign(handle: Stored, value: Stored): void {
  const before = variables.get(numberOf(handle));
  hold(value);
  variables.set(numberOf(handle), value);
  if (before !== undefined) {
    letGo(before);
  }
}

/** w -= rate g */
function descend([variable, rate, gradient]: readonly Stored[]): Stored[] {
  const [w, g, factor] = [valuesOf(held(variable!)), valuesOf(gradient!), valuesOf(rate!)[0]!];
  const moved = room(w.length);
  for (let index = 0; index < w.length; index++) {
    moved[index] = w[index]! - factor * g[index]!;
  }
  assign(variable!, stored(moved, held(variable!).shape));
  return [];
}

/** v = momentum v + g; w -= rate v, or with Nesterov's form rate (g + momentum v). */
function momentumStep([weight, velocity, rate, gradient, momentum]: readonly Stored[], attributes: readonly Attribute[]): Stored[] {
  const [w, v, g] = [held(weight!), held(velocity!), gradient!].map(valuesOf) as [TypedArray, TypedArray, TypedArray];
  const [factor, kept, nesterov] = [valuesOf(rate!)[0]!, valuesOf(momentum!)[0]!, flag(attributes, 'use_nesterov')];
  const [moved, gathered] = [room(w.length), room(w.length)];
  for (let index = 0; index < w.length; index++) {
    gathered[index] = kept * v[index]! + g[index]!;
    moved[index] = w[index]! - factor * (nesterov ? g[index]! + kept * gathered[index]! : gathered[index]!);
  }
  assign(weight!, stored(moved, held(weight!).shape));
  assign(velocity!, stored(gathered, held(velocity!).shape));
  return [];
}

/** Kernels by TensorFlow's names of the ops. */
export const variableKernels = {
  VarHandleOp: (): Stored[] => [{ shape: [], dtype: 20, elements: { values: Int32Array.of(made++), holders: 0 } }],
  AssignVariableOp: ([handle, value]: readonly Stored[]): Stored[] => {
    assign(handle!, value!);
    return [];
  },
  ReadVariableOp: ([handle]: readonly Stored[]): Stored[] => [held(handle!)],
  ResourceApplyGradientDescent: descend,
  ResourceApplyMomentum: momentumStep,
};
