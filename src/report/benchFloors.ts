import { pytorchBest } from '../bench/goals';
import type { BenchResult, Comparison } from '../bench/result';
import { gradientFlops } from '../bench/work';
import { createModel } from '../models/create';
import type { ModelName } from '../models/names';
import { machineOf, STEM_NAMES } from './benchTables';

/** Seconds of a gradient's products with the padding left out, if all of them ran at the speed of the large product that was measured. */
function productsAtCeiling({ model, stem, batch }: Comparison, ceiling: number): number {
  return (gradientFlops(createModel(model as ModelName, stem, 10), stem) * batch) / (ceiling * 1e9);
}

/**
 * How low the ratio of float32 SGD steps can get on each machine, in GitHub's Markdown: the products alone, at the
 * measured ceiling, over PyTorch's best step.
 */
export function floorsMarkdown(benchmarks: readonly BenchResult[]): string {
  const rows = benchmarks.flatMap((benchmark) =>
    benchmark.comparisons.flatMap((comparison) => {
      const best = pytorchBest(comparison, 'sgd', 'float32');
      const products = productsAtCeiling(comparison, benchmark.ceiling.samlab);
      return best === undefined ? [] : [`| ${machineOf(benchmark)} | ${STEM_NAMES[comparison.stem]}, batch ${comparison.batch} | ${benchmark.ceiling.samlab.toFixed(0)} | ${products.toFixed(2)} | ${best.toFixed(2)} | ${(products / best).toFixed(2)} |`];
    }),
  );
  if (rows.length === 0) {
    return 'Not run.';
  }
  return [
    "**The floor under a float32 SGD step: its products at the speed of one large product, over PyTorch's best step**",
    '',
    "| Machine | Network | Ceiling, GFLOP/s | Products, s | PyTorch's best, s | Floor |",
    '|---|---|---:|---:|---:|---:|',
    ...rows,
    '',
    '*Products without their padding, counted layer by layer. What a step does beside them (batch norm, sums, the update) and every product that is slower than a large one come on top, on both sides.*',
  ].join('\n');
}
