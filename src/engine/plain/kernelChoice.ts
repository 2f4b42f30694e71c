/** Plain JavaScript has one kernel of each computation, TensorFlow's, so there is nothing to choose. */
import type { Kernel } from '../kernelChoice';
import type { Tensor } from '../tensor';

/** As in the engine. */
export function batchBucket(rows: number): number {
  return 2 ** Math.ceil(Math.log2(rows));
}

/** The first name. */
export function chooseKernel(_: string, names: readonly string[]): string {
  return names[0]!;
}

/** Computes something with the first kernel. */
export function runKernel<T extends Tensor | readonly Tensor[]>(_: string, kernels: readonly Kernel<T>[]): T {
  return kernels[0]!.run();
}
