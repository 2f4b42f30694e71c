/** Sums and products that the rules of tangents are made of. */
import { typeAttribute } from '../binding';
import { execute1, tensor, type Tensor } from '../tensor';

/** An op whose only attribute is the element type of its inputs. */
export function arithmetic(op: string, ...inputs: readonly Tensor[]): Tensor {
  return execute1(op, [typeAttribute('T', inputs[0]!.dtype)], inputs);
}

/** a b, element by element; a smaller one is repeated. */
export function times(a: Tensor, b: Tensor): Tensor {
  return arithmetic('Mul', a, b);
}

/** factor x, for float32. */
export function scaled(x: Tensor, factor: number): Tensor {
  return times(x, tensor([factor], []));
}

export function zerosLike(x: Tensor): Tensor {
  return arithmetic('ZerosLike', x);
}

/** The sum of the terms that are defined. */
export function sumOf(terms: readonly (Tensor | undefined)[]): Tensor | undefined {
  return terms.reduce((sum, term) => (sum === undefined ? term : term === undefined ? sum : arithmetic('AddV2', sum, term)), undefined);
}

/** Sums over these axes, which are removed. */
export function sumOver(x: Tensor, axes: readonly number[]): Tensor {
  return execute1('Sum', [typeAttribute('T', x.dtype), typeAttribute('Tidx', 'int32')], [x, tensor(Int32Array.from(axes), [axes.length])]);
}
