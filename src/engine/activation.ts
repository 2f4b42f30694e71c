import { typeAttribute } from './binding';
import { record } from './tape';
import { execute1, release, type Tensor } from './tensor';

/** max(x, 0), element by element; its derivative at 0 is taken as 0. */
export function relu(x: Tensor): Tensor {
  const attributes = [typeAttribute('T', x.dtype)];
  const y = execute1('Relu', attributes, [x]);
  return record([x], y, () => ({
    saved: [y],
    backward: (dy) => [execute1('ReluGrad', attributes, [dy, y])],
  }));
}

/** a + b, element by element. @throws RangeError if the shapes differ. */
export function add(a: Tensor, b: Tensor): Tensor {
  if (a.shape.join() !== b.shape.join()) {
    throw new RangeError(`add: shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}] differ.`);
  }
  return record([a, b], execute1('AddV2', [typeAttribute('T', a.dtype)], [a, b]), () => ({
    saved: [],
    backward: (dy) => [dy, dy],
  }));
}

/** relu(a + b): the end of a residual block. */
export function addRelu(a: Tensor, b: Tensor): Tensor {
  const sum = add(a, b);
  const y = relu(sum);
  release(sum);
  return y;
}
