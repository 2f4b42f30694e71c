import { measuredText, roundsText, verdictText } from '../bench/goalText';
import { samFloor } from '../bench/goals';
import { requireFiniteRange } from '../engine/finiteRange';
import { NO_END } from '../bench/layersRival';
import { SAM_OVER_SGD } from '../bench/ratios';
import { COMMON_CONFIGURATION } from '../bench/rivalConfigurations';
import { WORKS, type BenchResult, type Comparison, type Goal, type ProbeCost, type Timing, type Work } from '../bench/result';
import { median } from '../bench/statistics';

const WORK_NAMES: Readonly<Record<Work, string>> = { sgd: 'SGD step', sam: 'SAM step', evaluation: 'evaluation' };

/** The names of the stems in tables. */
export const STEM_NAMES = { imagenet: 'ImageNet stem', cifar: 'CIFAR stem' } as const;

/** Processor and day of a benchmark: an older one has measured an older samlab. */
export function machineName({ processor, instructions = [], gpu, threads, finishedAt }: BenchResult): string {
  return `${gpu ?? [processor, ...instructions, `${threads} threads`].join(', ')}, ${finishedAt.slice(0, 10)}`;
}

/** Processor, day, versions and rounds of a benchmark in one line. */
export function machineOf(benchmark: BenchResult): string {
  const { versions: { tensorflow, pytorch }, repeats, rounds } = benchmark;
  const taken = rounds ? `medians of ${rounds.least} to ${rounds.most} rounds` : `medians of ${repeats} interleaved repeats`;
  return `${machineName(benchmark)}; TensorFlow ${tensorflow}, PyTorch ${pytorch}${withoutCompile(benchmark)}; ${taken}`;
}

/** " without torch.compile" where it was not among PyTorch's configurations, with the networks if it was for others; else "". */
export function withoutCompile({ comparisons }: BenchResult): string {
  const without = comparisons.filter(({ timings }) => !timings.some(({ configuration }) => configuration.includes('torch.compile')));
  const which = without.length === comparisons.length ? '' : ` for ${without.map(networkName).join(' and ')}`;
  return without.length === 0 ? '' : ` without torch.compile${which}`;
}

/**
 * Whether a goal is met. In results of versions without intervals, SAM and SGD steps were timed minutes apart, so a SAM step can seem
 * shorter than two gradients and an update: such a ratio meets no goal.
 */
function verdictOf({ comparisons }: BenchResult, goal: Goal): string {
  const { name, value, met, rounds } = goal;
  const precision = (['float32', 'mixed'] as const).find((one) => name === `${SAM_OVER_SGD}${one}`);
  const comparison = comparisons.find(({ stem }) => stem === 'imagenet');
  if (precision !== undefined && comparison !== undefined && value !== null && rounds === undefined) {
    const floor = samFloor(comparison, precision);
    if (floor !== undefined && value < floor) {
      return `below its floor of ${floor.toFixed(2)}: no verdict`;
    }
    if (floor === undefined && met !== false) {
      return 'its floor was not measured: no verdict';
    }
  }
  const verdict = verdictText(goal);
  return verdict === 'not met' ? '**not met**' : verdict;
}

/** Every line of the table of goals with what was measured, for each machine, in GitHub's Markdown. */
export function goalsMarkdown(benchmarks: readonly BenchResult[]): string {
  if (benchmarks.length === 0) {
    return 'Not run.';
  }
  return benchmarks
    .map((benchmark) =>
      [
        `**Goals, ${machineOf(benchmark)}**`,
        '',
        '| Ratio | Goal | Measured (95 % interval) | Rounds | |',
        '|---|---:|---:|---|---|',
        ...benchmark.goals.map((goal) => `| ${goal.name} | ${goal.goal.replace('<=', '≤').replace('>=', '≥')} | ${measuredText(goal)} | ${roundsText(goal)} | ${verdictOf(benchmark, goal)} |`),
        ...keptNote(benchmark),
      ].join('\n'),
    )
    .join('\n\n');
}

/** Which parts are of an earlier run on the same machine, as lines of Markdown. */
export function keptNote({ comparisons, probes }: BenchResult): string[] {
  const parts = [...comparisons.map((one) => ({ name: networkName(one), measured: one.measured })), { name: 'landscape probes', measured: probes?.measured }];
  const kept = parts.flatMap(({ name, measured }) => (measured ? [`${name}: ${measured.finishedAt.slice(0, 10)}${measured.commit === null ? '' : `, commit ${measured.commit.slice(0, 7)}`}`] : []));
  return kept.length === 0 ? [] : ['', `*Measured before: ${kept.join('; ')}.*`];
}

function configurations({ timings }: Comparison): Pick<Timing, 'side' | 'configuration'>[] {
  const unique = new Map(timings.map(({ side, configuration }) => [`${side} ${configuration}`, { side, configuration }]));
  return [...unique.values()];
}

/** The median with the fastest and the slowest round: a busy machine moves a median of few rounds. */
function spread(seconds: readonly number[]): string {
  const { lowest, highest } = requireFiniteRange('spread: expected times', seconds);
  return `${median(seconds).toFixed(3)} (${lowest.toFixed(3)} to ${highest.toFixed(3)})`;
}

function cell(comparison: Comparison, { side, configuration }: Pick<Timing, 'side' | 'configuration'>, work: Work): string {
  const timing = comparison.timings.find((one) => one.side === side && one.configuration === configuration && one.work === work);
  if (timing === undefined || timing.failure === 'slower') {
    return '–';
  }
  return timing.failure === undefined ? spread(timing.seconds) : timing.failure === NO_END ? NO_END : 'failed';
}

function networkName({ model, stem, batch }: Comparison): string {
  return model === 'fast' ? `the fast network with its recipe, batch ${batch}` : `${model === 'resnet50' ? 'ResNet-50' : model}, ${STEM_NAMES[stem]}, batch ${batch}`;
}

function comparisonMarkdown(comparison: Comparison): string {
  const { peakMemory, agreement } = comparison;
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2);
  const steps = agreement.steps === undefined ? '' : `, and moved their weights alike in a few SGD steps (off by ${agreement.steps.toExponential(1)} of the distance)`;
  const memory = peakMemory ? ` Peak memory of SAM steps in float32: samlab ${gigabytes(peakMemory.samlab)} GB, PyTorch ${gigabytes(peakMemory.pytorch)} GB.` : '';
  return [
    `**${networkName(comparison)}: median seconds (fastest to slowest round)**`,
    '',
    `| Side | Configuration | ${WORKS.map((work) => WORK_NAMES[work]).join(' | ')} |`,
    '|---|---|---:|---:|---:|',
    ...configurations(comparison).map((one) => `| ${one.side} | ${one.configuration} | ${WORKS.map((work) => cell(comparison, one, work)).join(' | ')} |`),
    '',
    `*Before the timing, both sides computed the same loss (off by ${agreement.loss.toExponential(1)}) and gradient (off by ${agreement.gradientNorm.toExponential(1)} of its norm) in float32${steps}.${memory} A dash: not timed, because others of its precision were faster, or one of any precision four times as fast, in a first look on 16 images (which proves nothing for the whole batch), or others by half on the whole batch, or because a side has no such step.${memoryNote(comparison)}*`,
  ].join('\n');
}

/** Older results give both sides the C library's own settings. */
function memoryNote({ timings }: Comparison): string {
  return timings.some(({ configuration }) => configuration === COMMON_CONFIGURATION) ? ` Freed memory is kept for the next tensor on both sides, except in the configuration "${COMMON_CONFIGURATION}".` : '';
}

/** Times of both sides, for each machine and network, in GitHub's Markdown. */
export function timesMarkdown(benchmarks: readonly BenchResult[]): string {
  if (benchmarks.length === 0) {
    return 'Not run.';
  }
  return benchmarks
    .map((benchmark) => [`${machineOf(benchmark)}.`, ...benchmark.comparisons.map(comparisonMarkdown), ...(benchmark.probes ? [probesMarkdown(benchmark.probes)] : [])].join('\n\n'))
    .join('\n\n');
}

function probesMarkdown({ images, productImages, forward, point, mixedPoint, gradient, product, exactProduct, pytorchProduct, eigenthingsProduct, productMemory }: ProbeCost): string {
  const row = (what: string, on: number, seconds: readonly number[]): string => `| ${what} | ${on} | ${spread(seconds)} |`;
  return [
    '**Landscape probes of ResNet-50, ImageNet stem, batch norm frozen: median seconds (fastest to slowest round)**',
    '',
    '| Probe | Images | Seconds |',
    '|---|---:|---:|',
    row('bare forward passes', images, forward),
    row('a point of a plane', images, point),
    ...(mixedPoint ? [row('a point of a plane in mixed precision; all else is float32', images, mixedPoint)] : []),
    row('a gradient', productImages, gradient),
    row(`a Hessian-vector product, ${exactProduct ? 'exact' : 'differences of gradients'}`, productImages, product),
    row("a Hessian-vector product, PyHessian's method in PyTorch", productImages, pytorchProduct),
    ...(eigenthingsProduct ? [row("a Hessian-vector product, hessian-eigenthings", productImages, eigenthingsProduct)] : []),
    ...(productMemory ? ['', `*Peak memory of such products: samlab ${(productMemory.samlab / 1e9).toFixed(2)} GB, PyTorch ${(productMemory.pytorch / 1e9).toFixed(2)} GB.*`] : []),
  ].join('\n');
}

/** How a step's cost grows with batch, network and threads, for each machine, in GitHub's Markdown. */
export function scalingMarkdown(benchmarks: readonly BenchResult[]): string {
  const measured = benchmarks.filter(({ scaling }) => scaling.length > 0);
  if (measured.length === 0) {
    return 'Not run.';
  }
  return measured
    .map((benchmark) =>
      [
        `**Float32 SGD step with the ImageNet stem, ${machineOf(benchmark)}**`,
        '',
        '| Network | Batch | Threads | Seconds a step | Images a second |',
        '|---|---:|---:|---:|---:|',
        ...benchmark.scaling.map(({ model, batch, threads, seconds }) => `| ${model} | ${batch} | ${threads} | ${seconds.toFixed(3)} | ${(batch / seconds).toFixed(0)} |`),
      ].join('\n'),
    )
    .join('\n\n');
}
