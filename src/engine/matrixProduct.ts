import { boolAttribute, oneDnnKernel, typeAttribute, type DType, type KernelLibrary } from './binding';
import { batchBucket, runKernel, type Kernel } from './kernelChoice';
import { permuted } from './layout';
import { inEitherPrecision, temporarily } from './precision';
import { execute1, type Tensor } from './tensor';

function multiply(library: KernelLibrary, a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  const attributes = [typeAttribute('T', a.dtype), boolAttribute('transpose_a', transposeA), boolAttribute('transpose_b', transposeB)];
  return library === 'TensorFlow' ? execute1('MatMul', attributes, [a, b]) : execute1('_MklMatMul', [...attributes, oneDnnKernel], [a, b]);
}

function transpose(x: Tensor): Tensor {
  return permuted(x, [1, 0]);
}

function kernels([a, b]: readonly [Tensor, Tensor], transposeA: boolean, transposeB: boolean): Kernel[] {
  return (['TensorFlow', 'oneDNN'] as const).flatMap((library) => {
    const direct: Kernel = { name: library, run: () => multiply(library, a, b, transposeA, transposeB) };
    if (transposeA && !transposeB) {
      // a^T b = (b^T a)^T: both forms sum over the long axis, and the result that is transposed is small.
      return [direct, { name: `${library}, swapped`, run: () => temporarily(() => transpose(multiply(library, b, a, true, false))) }];
    }
    if (transposeB && !transposeA) {
      return [direct, { name: `${library}, transposed first`, run: () => temporarily(() => multiply(library, a, transpose(b), false, false)) }];
    }
    return [direct];
  });
}

interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly result?: DType;
}

/**
 * Product of two matrices, either of them transposed, by the fastest kernel; it is not recorded on the tape.
 *
 * @param a [rows, inner], or [inner, rows] if transposed
 * @param b [inner, columns], or [columns, inner] if transposed
 * @param result element type of the result. Default: the operands' own.
 * @returns [rows, columns]
 */
export function matrixProduct(a: Tensor, b: Tensor, { transposeA = false, transposeB = false, result = a.dtype }: ProductOptions = {}): Tensor {
  const [rows, inner] = transposeA ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const columns = transposeB ? b.shape[0]! : b.shape[1]!;
  const letters = `${transposeA ? 't' : 'n'}${transposeB ? 't' : 'n'}`;
  const computation = `product ${letters} ${a.dtype} ${[rows, inner, columns].map(batchBucket).join(' x ')}`;
  return runKernel(computation, inEitherPrecision([a, b], result, (operands) => kernels(operands, transposeA, transposeB)));
}
