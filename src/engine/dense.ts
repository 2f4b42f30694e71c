import { stringAttribute, typeAttribute, type Attribute, type DType } from './binding';
import { matrixProduct } from './matrixProduct';
import { converted, inPrecision, temporarily } from './precision';
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
 * Adds a vector to every row, or to every position of maps.
 *
 * @param x [rows, columns] or [batch, height, width, channels]
 * @param bias [columns] or [channels], float32 in either precision
 */
export function addBias(x: Tensor, bias: Tensor): Tensor {
  const attributes = (dtype: DType): Attribute[] => [typeAttribute('T', dtype), stringAttribute('data_format', 'NHWC')];
  // A sum over all rows in bfloat16 would lose most of its terms.
  const biasGradient = (dy: Tensor): Tensor =>
    dy.dtype === bias.dtype ? execute1('BiasAddGrad', attributes(dy.dtype), [dy]) : temporarily(() => execute1('BiasAddGrad', attributes(bias.dtype), [converted(dy, bias.dtype)]));
  return record([x, bias], execute1('BiasAdd', attributes(x.dtype), [x, inPrecision(bias, x.dtype)]), () => ({
    saved: [],
    // The gradient of x is the output's own: the tape may share it.
    backward: (dy) => [dy, bias.tracked ? biasGradient(dy) : undefined],
  }));
}
