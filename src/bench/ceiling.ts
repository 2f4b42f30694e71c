import { matrixProduct } from '../engine/matrixProduct';
import { random } from '../engine/random';
import { scope, tensor } from '../engine/tensor';
import type { BenchResult } from './result';
import type { Rival } from './rival';

const SIZE = 2048;

/** GFLOP/s of a product of two square matrices in float32, the best of `repeats`, interleaved. */
export async function ceiling(rival: Rival, repeats: number): Promise<BenchResult['ceiling']> {
  const draw = random(0, 'bench matrices');
  const matrices = [0, 1].map(() => tensor(new Float32Array(SIZE * SIZE).map(() => draw.normal()), [SIZE, SIZE]));
  let [own, theirs] = [Infinity, Infinity];
  for (let repeat = 0; repeat <= repeats; repeat++) {
    const started = performance.now();
    scope(() => matrixProduct(matrices[0]!, matrices[1]!));
    own = Math.min(own, (performance.now() - started) / 1000);
    const { seconds } = await rival.ask<{ seconds: number[] }>('ceiling', { precision: 'float32', size: SIZE, repeats: 1 });
    theirs = Math.min(theirs, ...seconds);
  }
  matrices.forEach((matrix) => matrix.dispose());
  return { samlab: (2 * SIZE ** 3) / own / 1e9, pytorch: (2 * SIZE ** 3) / theirs / 1e9 };
}
