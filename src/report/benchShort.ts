import { comparedName } from '../bench/goals';
import type { ComparedName } from '../bench/compared';
import { measuredRatio } from '../bench/ratios';
import { WORKS, type BenchResult, type Work } from '../bench/result';
import { keptNote, machineName, withoutCompile } from './benchTables';

/** Columns: networks, and what of them is compared. */
const COLUMNS: readonly { readonly network: ComparedName; readonly works: readonly Work[]; readonly title: string }[] = [
  { network: 'imagenet', works: WORKS, title: 'ResNet-50, ImageNet stem' },
  { network: 'cifar', works: WORKS, title: 'CIFAR stem' },
  { network: 'fast', works: ['sgd'], title: 'fast network' },
];

const WORK_TITLES: Readonly<Record<Work, string>> = { sgd: 'SGD', sam: 'SAM', evaluation: 'evaluation' };

function cell({ comparisons }: BenchResult, network: ComparedName, work: Work): string {
  const comparison = comparisons.find((one) => comparedName(one) === network);
  const ratio = comparison && measuredRatio(comparison, { above: { side: 'samlab', work }, below: { side: 'PyTorch', work } });
  if (ratio === undefined || ratio.n === 0) {
    return '–';
  }
  const { median, interval } = ratio;
  return `${median.toFixed(2)}${interval ? ` (${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})` : ''}`;
}

/** Where PyTorch's configurations lack torch.compile. */
function compileNote(benchmarks: readonly BenchResult[]): string {
  const lacking = benchmarks.flatMap((benchmark) => {
    const without = withoutCompile(benchmark);
    return without === '' ? [] : [`${benchmark.finishedAt.slice(0, 10)}${without.replace(' without torch.compile', '')}`];
  });
  return lacking.length === 0 ? '' : ` Without torch.compile: ${lacking.join(', ')}.`;
}

/** samlab's time over PyTorch's, each in its fastest configuration, a line for each machine, in GitHub's Markdown. */
export function shortMarkdown(benchmarks: readonly BenchResult[]): string {
  if (benchmarks.length === 0) {
    return 'Not run.';
  }
  const columns = COLUMNS.flatMap(({ network, works, title }) => works.map((work) => ({ network, work, title: `${title}: ${WORK_TITLES[work]}` })));
  return [
    `| Machine | ${columns.map(({ title }) => title).join(' | ')} |`,
    `|---|${'---:|'.repeat(columns.length)}`,
    ...benchmarks.map((benchmark) => `| ${machineName(benchmark)} | ${columns.map(({ network, work }) => cell(benchmark, network, work)).join(' | ')} |`),
    '',
    `*Time of samlab / time of PyTorch for the same batch, each in its fastest layout and precision: below 1 samlab is faster. Medians of ratios taken round by round, with the 95 % interval where there were rounds enough. A dash: not run.${compileNote(benchmarks)}*`,
    ...benchmarks.flatMap(keptNote),
  ].join('\n');
}
