import { comparedName, pytorchBest, samFloor, updateShare } from '../bench/goals';
import type { BenchResult, Comparison, Timing } from '../bench/result';
import { gradientFlops } from '../bench/work';
import { createModel } from '../models/create';
import type { ModelName } from '../models/names';
import { machineOf, STEM_NAMES } from './benchTables';

/** Seconds of a gradient's products without padding, if all of them ran at the measured speed of a large product. */
function productsAtCeiling({ model, stem, batch }: Comparison, ceiling: number): number {
  return (gradientFlops(createModel(model as ModelName, stem, 10), stem) * batch) / (ceiling * 1e9);
}

function cell(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}

function over(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}

function row(benchmark: BenchResult, comparison: Comparison, precision: Timing['precision']): string | undefined {
  const ceiling = precision === 'float32' ? benchmark.ceiling?.samlab : benchmark.ceiling?.mixed;
  const best = precision === 'float32' ? pytorchBest(comparison, 'sgd', 'float32') : pytorchBest(comparison, 'sgd');
  // The operations are counted only for ResNet-50.
  if (ceiling === undefined || best === undefined || comparedName(comparison) === 'fast') {
    return undefined;
  }
  const parts = comparison.parts?.[precision];
  const atCeiling = productsAtCeiling(comparison, ceiling);
  const values = [atCeiling, parts?.products, best, atCeiling / best, over(parts?.products, best), updateShare(comparison, precision), samFloor(comparison, precision)];
  return `| ${STEM_NAMES[comparison.stem]}, batch ${comparison.batch} | ${precision} | ${ceiling.toFixed(0)} | ${values.map(cell).join(' | ')} |`;
}

/**
 * Lower bounds of the ratios of steps on each machine, in GitHub's Markdown: the products alone, at the measured ceiling
 * and as they run, over PyTorch's best step; and a SAM step of two gradients and one update over an SGD step.
 */
export function floorsMarkdown(benchmarks: readonly BenchResult[]): string {
  const tables = benchmarks.flatMap((benchmark) => {
    const rows = benchmark.comparisons.flatMap((comparison) => (['float32', 'mixed'] as const).flatMap((precision) => row(benchmark, comparison, precision) ?? []));
    return rows.length === 0
      ? []
      : [
          [
            `**Floors under the ratios of steps, ${machineOf(benchmark)}**`,
            '',
            "| Network | Precision | Ceiling, GFLOP/s | Products at it, s | Products as they run, s | PyTorch's best SGD step, s | Floor of SGD, products at the ceiling | Floor of SGD, products as they run | Update's share of an SGD step | Floor of SAM / SGD |",
            '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|',
            ...rows,
          ].join('\n'),
        ];
  });
  if (tables.length === 0) {
    return 'Not run.';
  }
  return [
    ...tables,
    "*Ceiling: the speed of one large product. Products: matrix products and convolutions of one SGD step, counted layer by layer without their padding, and as timed op by op. PyTorch's best: in float32 for the rows in float32, in any precision for the mixed ones. The rest of a step (batch norm, sums, the update) comes on top, so no ratio to PyTorch can fall below the floor on this machine unless products get faster. Floor of SAM / SGD: two gradients and one update, with an ascent that costs nothing. A dash: not measured.*",
  ].join('\n\n');
}
