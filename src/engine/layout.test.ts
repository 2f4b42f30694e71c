import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { pinKernels } from './kernelChoice';
import { permuted } from './layout';
import { converted } from './precision';
import { scope, tensor } from './tensor';
import { sizeOf } from './shape';

afterEach(() => pinKernels());

/** The element of x at each place of the result, found index by index. */
function byHand(values: readonly number[], shape: readonly number[], order: readonly number[]): number[] {
  const stride = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const walk = (axis: number, offset: number): number[] =>
    axis === order.length
      ? [values[offset]!]
      : Array.from({ length: shape[order[axis]!]! }, (_, index) => walk(axis + 1, offset + index * stride[order[axis]!]!)).flat();
  return walk(0, 0);
}

for (const dtype of ['float32', 'bfloat16'] as const) {
  test(`transposing axes permutes indices, with every kernel, in ${dtype}`, () => {
    const tried = new Set<string>();
    for (const library of ['TensorFlow', 'oneDNN']) {
      pinKernels((_, names) => {
        const name = names.find((candidate) => candidate === library) ?? names[0]!;
        tried.add(name);
        return name;
      });
      for (const [shape, order] of [[[3, 5], [1, 0]], [[2, 3, 4, 5], [3, 1, 2, 0]], [[2, 3, 4, 5], [1, 2, 0, 3]], [[2, 3, 4, 5], [0, 2, 1, 3]]] as const) {
        scope(() => {
          // Whole numbers below 128 are exact in bfloat16.
          const values = Array.from({ length: sizeOf(shape) }, (_, index) => index);
          const moved = permuted(converted(tensor(values, shape), dtype), order);
          assert.deepEqual(moved.shape, order.map((axis) => shape[axis]));
          assert.deepEqual([...converted(moved, 'float32').values()], byHand(values, shape, order));
        });
      }
    }
    assert.ok(tried.has('TensorFlow'));
    assert.ok(tried.has('oneDNN') || dtype === 'bfloat16', 'oneDNN is among the kernels');
  });
}
