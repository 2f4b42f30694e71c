/** Functions of each element, and of pairs of elements with smaller operands repeated. */
import type { TypedArray } from '../bindingTypes';
import { tanh } from './exponential';
import { room, sizeOf, stored, valuesOf, type Kernel, type Stored } from './stored';

function unary(apply: (x: number) => number): Kernel {
  return ([x]) => {
    const from = valuesOf(x!);
    const result = room(from.length);
    for (let index = 0; index < from.length; index++) {
      result[index] = apply(from[index]!);
    }
    return [stored(result, x!.shape)];
  };
}

/** The shape of both operands, the smaller repeated. */
function commonShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [one, other] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (one !== other && one !== 1 && other !== 1) {
      throw new RangeError(`plain kernels: shapes [${a.join(', ')}] and [${b.join(', ')}] do not fit together.`);
    }
    return one === 1 ? other : one;
  });
}

/** Where each element of a repeated operand comes from. */
function sources({ shape }: Stored, whole: readonly number[]): Int32Array {
  const places = new Int32Array(sizeOf(whole));
  const padded = [...Array.from({ length: whole.length - shape.length }, () => 1), ...shape];
  let stride = 1;
  let block = 1;
  for (let axis = whole.length - 1; axis >= 0; axis--) {
    if (padded[axis] !== 1) {
      for (let index = 0; index < places.length; index++) {
        places[index]! += (Math.floor(index / block) % whole[axis]!) * stride;
      }
    }
    stride *= padded[axis]!;
    block *= whole[axis]!;
  }
  return places;
}

/** An op of two operands: `direct` where they have the same shape or the second is one number (step 0), else element by element. */
function binary(apply: (a: number, b: number) => number, direct: Direct = directly(apply)): Kernel {
  return ([a, b]) => {
    const [x, y] = [valuesOf(a!), valuesOf(b!)];
    const same = x.length === y.length;
    if (same || y.length === 1) {
      const result = room(x.length);
      direct(x, y, result, same ? 1 : 0);
      return [stored(result, a!.shape.length >= b!.shape.length ? a!.shape : b!.shape)];
    }
    const shape = commonShape(a!.shape, b!.shape);
    const [ofA, ofB] = [sources(a!, shape), sources(b!, shape)];
    return [stored(Float32Array.from(ofA, (place, index) => apply(x[place]!, y[ofB[index]!]!)), shape)];
  };
}

/** Fills the result. */
type Direct = (x: TypedArray, y: TypedArray, result: Float32Array, step: number) => void;

function directly(apply: (a: number, b: number) => number): Direct {
  return (x, y, result, step) => {
    for (let index = 0; index < x.length; index++) {
      result[index] = apply(x[index]!, y[index * step]!);
    }
  };
}

// The ops that a step spends its time in have loops of their own: a function that is called for each element allocates a number on the heap each time.

const directSum: Direct = (x, y, result, step) => {
  for (let index = 0; index < x.length; index++) {
    result[index] = x[index]! + y[index * step]!;
  }
};

const directProduct: Direct = (x, y, result, step) => {
  for (let index = 0; index < x.length; index++) {
    result[index] = x[index]! * y[index * step]!;
  }
};

const directReluGrad: Direct = (dy, y, result) => {
  for (let index = 0; index < dy.length; index++) {
    result[index] = y[index]! > 0 ? dy[index]! : 0;
  }
};

const directTanhGrad: Direct = (y, dy, result) => {
  for (let index = 0; index < y.length; index++) {
    result[index] = dy[index]! * (1 - y[index]! * y[index]!);
  }
};

const tanhOf: Kernel = ([x]) => {
  const from = valuesOf(x!);
  const result = room(from.length);
  for (let index = 0; index < from.length; index++) {
    result[index] = tanh(from[index]!);
  }
  return [stored(result, x!.shape)];
};

const reluOf: Kernel = ([x]) => {
  const from = valuesOf(x!);
  const result = room(from.length);
  for (let index = 0; index < from.length; index++) {
    // Not `> 0`, which would turn NaN into 0.
    result[index] = from[index]! <= 0 ? 0 : from[index]!;
  }
  return [stored(result, x!.shape)];
};

/** Kernels by TensorFlow's names of the ops. */
export const elementKernels: Readonly<Record<string, Kernel>> = {
  Identity: ([x]) => [x!],
  ZerosLike: ([x]) => [stored(room(valuesOf(x!).length).fill(0), x!.shape)],
  Neg: unary((x) => -x),
  Abs: unary((x) => (x < 0 ? -x : x)),
  Sign: unary((x) => (x > 0 ? 1 : x < 0 ? -1 : x)),
  Square: unary((x) => x * x),
  Relu: reluOf,
  Tanh: tanhOf,
  AddV2: binary((a, b) => a + b, directSum),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b, directProduct),
  Minimum: binary((a, b) => (b < a || Number.isNaN(b) ? b : a)),
  Maximum: binary((a, b) => (b > a || Number.isNaN(b) ? b : a)),
  // x ** 1 is exactly x here, whatever the JavaScript engine's `**` rounds.
  Pow: binary((a, b) => (b === 1 ? a : a ** b)),
  ReluGrad: binary((dy, y) => (y > 0 ? dy : 0), directReluGrad),
  TanhGrad: binary((y, dy) => dy * (1 - y * y), directTanhGrad),
};
