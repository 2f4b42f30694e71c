import { tensorflowPlatform } from '../engine/binding';
import { matrixProduct } from '../engine/matrixProduct';
import { random } from '../engine/random';
import { converted } from '../engine/precision';
import { scope, tensor, type Tensor } from '../engine/tensor';
import type { BenchResult } from './result';
import type { Rival } from './rival';

const SIZE = 2048;

const FLOPS = 2 * SIZE ** 3;

function productSeconds(matrices: readonly Tensor[]): number {
  const started = performance.now();
  scope(() => matrixProduct(matrices[0]!, matrices[1]!));
  return (performance.now() - started) / 1000;
}

/** GFLOP/s of a product of two square matrices, the best of `repeats` on each side, in turn; samlab's also with bfloat16 factors. */
export async function ceiling(rival: Rival, repeats: number): Promise<NonNullable<BenchResult['ceiling']>> {
  const draw = random(0, 'bench matrices');
  const matrices = [0, 1].map(() => tensor(new Float32Array(SIZE * SIZE).map(() => draw.normal()), [SIZE, SIZE]));
  const rounded = matrices.map((matrix) => converted(matrix, 'bfloat16'));
  let [own, mixed, theirs] = [Infinity, Infinity, Infinity];
  for (let repeat = 0; repeat <= repeats; repeat++) {
    own = Math.min(own, productSeconds(matrices));
    mixed = Math.min(mixed, productSeconds(rounded));
    const { seconds } = await rival.ask<{ seconds: number[] }>('ceiling', { precision: 'float32', size: SIZE, repeats: 1, card: tensorflowPlatform().gpu });
    theirs = Math.min(theirs, ...seconds);
  }
  [...matrices, ...rounded].forEach((matrix) => matrix.dispose());
  return { samlab: FLOPS / own / 1e9, pytorch: FLOPS / theirs / 1e9, mixed: FLOPS / mixed / 1e9 };
}
