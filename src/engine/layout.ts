/** The same elements in another shape or order; not recorded on the tape. */
import { oneDnnKernel, typeAttribute } from './binding';
import { batchBucket, runKernel } from './kernelChoice';
import { oneDnnHas } from './precision';
import { execute1, tensor, type Tensor } from './tensor';

/** The same elements in another shape, without a copy. */
export function reshaped(x: Tensor, shape: readonly number[]): Tensor {
  return withList(shape, (sizes) => execute1('Reshape', [typeAttribute('T', x.dtype), typeAttribute('Tshape', 'int32')], [x, sizes]));
}

/** Copied with its axes in another order: axis i of the result is axis `order[i]` of x. */
export function permuted(x: Tensor, order: readonly number[]): Tensor {
  const attributes = [typeAttribute('T', x.dtype), typeAttribute('Tperm', 'int32')];
  return withList(order, (axes) =>
    runKernel(`transpose ${x.dtype} ${x.shape.map(batchBucket).join(' x ')} by ${order.join()}`, [
      { name: 'TensorFlow', run: () => execute1('Transpose', attributes, [x, axes]) },
      ...(oneDnnHas(x.dtype) ? [{ name: 'oneDNN', run: () => execute1('_MklTranspose', [...attributes, oneDnnKernel], [x, axes]) }] : []),
    ]),
  );
}

function withList(values: readonly number[], body: (list: Tensor) => Tensor): Tensor {
  const list = tensor(Int32Array.from(values), [values.length]);
  try {
    return body(list);
  } finally {
    list.dispose();
  }
}
