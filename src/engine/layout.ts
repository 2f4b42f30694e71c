/** The same elements in another shape or order; not recorded on the tape. */
import { typeAttribute } from './binding';
import { execute1, tensor, type Tensor } from './tensor';

/** The same elements in another shape, without a copy. */
export function reshaped(x: Tensor, shape: readonly number[]): Tensor {
  return withList(shape, (sizes) => execute1('Reshape', [typeAttribute('T', x.dtype), typeAttribute('Tshape', 'int32')], [x, sizes]));
}

/** Copied with its axes in another order: axis i of the result is axis `order[i]` of x. */
export function permuted(x: Tensor, order: readonly number[]): Tensor {
  return withList(order, (axes) => execute1('Transpose', [typeAttribute('T', x.dtype), typeAttribute('Tperm', 'int32')], [x, axes]));
}

function withList(values: readonly number[], body: (list: Tensor) => Tensor): Tensor {
  const list = tensor(Int32Array.from(values), [values.length]);
  try {
    return body(list);
  } finally {
    list.dispose();
  }
}
