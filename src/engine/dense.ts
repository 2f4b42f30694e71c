import { stringAttribute, typeAttribute } from './binding';
import { matrixProduct } from './matrixProduct';
import { record } from './tape';
import { execute1, type Tensor } from './tensor';

/**
 * Product of two matrices.
 *
 * @param a [rows, inner]
 * @param b [inner, columns]
 * @returns [rows, columns]
 * @throws RangeError if the inner lengths differ.
 */
export function matMul(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[1] !== b.shape[0]) {
    throw new RangeError(`matMul: cannot multiply [${a.shape.join(', ')}] by [${b.shape.join(', ')}].`);
  }
  return record([a, b], matrixProduct(a, b), () => ({
    saved: [a, b],
    backward: (dy) => [
      a.tracked ? matrixProduct(dy, b, { transposeB: true }) : undefined,
      b.tracked ? matrixProduct(a, dy, { transposeA: true }) : undefined,
    ],
  }));
}

/**
 * Adds a vector to every row.
 *
 * @param x [rows, columns]
 * @param bias [columns]
 */
export function addBias(x: Tensor, bias: Tensor): Tensor {
  const attributes = [typeAttribute('T', x.dtype), stringAttribute('data_format', 'NHWC')];
  return record([x, bias], execute1('BiasAdd', attributes, [x, bias]), () => ({
    saved: [],
    // The gradient of x is the output's own: the tape may share it.
    backward: (dy) => [dy, execute1('BiasAddGrad', attributes, [dy])],
  }));
}
