/**
 * Mixed precision: activations and products in bfloat16; parameters, statistics, loss and optimizer in float32.
 * A network computes in the precision of the images it is given; parameters follow through `inPrecision`.
 */
import { hasAvx512 } from './avx512';
import { binding, typeAttribute, type DType } from './binding';
import type { Kernel } from './kernelChoice';
import { record } from './tape';
import { execute1, scope, unscoped, type Tensor } from './tensor';

/** What a network computes in. */
export type Precision = 'float32' | 'mixed';

/** The element type of activations. */
export function activationType(precision: Precision): DType {
  return precision === 'mixed' ? 'bfloat16' : 'float32';
}

/** A copy in another element type, rounded to the nearest; it is not recorded on the tape. */
export function converted(x: Tensor, dtype: DType): Tensor {
  return execute1('Cast', [typeAttribute('SrcT', x.dtype), typeAttribute('DstT', dtype)], [x]);
}

/** x in another element type; its gradient comes back in x's own. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) {
    return x;
  }
  return record([x], converted(x, dtype), () => ({ saved: [], backward: (dy) => [converted(dy, x.dtype)] }));
}

/** A parameter in the element type of the activations it meets. The copy is made once for each value of the parameter and freed with it. */
export function inPrecision(parameter: Tensor, dtype: DType): Tensor {
  if (parameter.dtype === dtype) {
    return parameter;
  }
  parameter.companion ??= unscoped(() => converted(parameter, dtype));
  return parameter.companion;
}

/** A result of `body` in the element type wanted; all else that it makes is freed. */
export function temporarily(body: () => Tensor, dtype?: DType): Tensor {
  return scope(
    () => {
      const result = body();
      return dtype === undefined || result.dtype === dtype ? result : converted(result, dtype);
    },
    (result) => [result],
  );
}

/** Whether oneDNN computes with this element type. It takes bfloat16 only with AVX-512; elsewhere its matrix product crashes the process. */
export function oneDnnHas(dtype: DType): boolean {
  return dtype !== 'bfloat16' || hasAvx512;
}

/**
 * The kernels of `make`, and where the inputs are in bfloat16: all of them on the inputs' float32 copies, and oneDNN's
 * on the inputs as they are. TensorFlow's own bfloat16 kernels for processors add up in bfloat16, which loses most of a
 * sum of hundreds of terms, so they are left out there.
 *
 * @param result element type of the result.
 */
export function inEitherPrecision(inputs: readonly [Tensor, Tensor], result: DType, make: (inputs: readonly [Tensor, Tensor]) => readonly Kernel[]): readonly Kernel[] {
  const native = make(inputs);
  if (inputs[0].dtype === 'float32' || binding.isUsingGpuDevice()) {
    return native.map(({ name, run }) => ({ name, run: () => temporarily(run, result) }));
  }
  const products = oneDnnHas('bfloat16') ? native.filter(({ name }) => name.startsWith('oneDNN')) : [];
  return [
    ...native.map(({ name }, index) => ({
      name: `${name}, in float32`,
      run: () => temporarily(() => make([converted(inputs[0], 'float32'), converted(inputs[1], 'float32')])[index]!.run(), result),
    })),
    ...products.map(({ name, run }) => ({ name, run: () => temporarily(run, result) })),
  ];
}
