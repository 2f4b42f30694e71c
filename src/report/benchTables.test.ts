import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_END } from '../bench/layersRival';
import { BENCH_FORMAT, type BenchResult, type Comparison, type Goal, type Timing } from '../bench/result';
import { shortMarkdown } from './benchShort';
import { goalsMarkdown, timesMarkdown } from './benchTables';

function timing(side: Timing['side'], configuration: string, work: Timing['work'], seconds: readonly number[], failure?: string): Timing {
  return { side, configuration, precision: 'float32', work, seconds, ...(failure === undefined ? {} : { failure }) };
}

const BENCHMARK: BenchResult = {
  format: BENCH_FORMAT,
  processor: 'A processor',
  gpu: null,
  threads: 2,
  versions: { samlab: '0', node: '20', tensorflow: '2', pytorch: '3' },
  commit: null,
  finishedAt: '2026-01-02T03:04:05.000Z',
  repeats: 3,
  ceiling: { samlab: 100, pytorch: 1 },
  comparisons: [
    {
      model: 'resnet50',
      stem: 'cifar',
      batch: 64,
      agreement: { loss: 0, gradientNorm: 0 },
      timings: [
        timing('samlab', 'float32', 'sgd', [3, 1, 2.5]),
        timing('PyTorch', 'slow', 'sgd', [], 'slower'),
        timing('PyTorch', 'broken', 'sgd', [], 'no compiler'),
        timing('tf.layers', 'float32', 'sgd', [], NO_END),
      ],
      peakMemory: { samlab: 1.5e9, pytorch: 2e9 },
      outsideKernels: 0,
      dataShare: 0,
    },
  ],
  scaling: [],
  goals: [
    { name: 'a ratio', goal: '<= 0.80', value: 0.81, met: false },
    { name: 'another', goal: '>= 1.20', value: null, met: null },
  ],
};

test('times are medians with the fastest and the slowest repeat; what has no time says why', () => {
  const lines = timesMarkdown([BENCHMARK]).split('\n');
  const row = (start: string): string => lines.find((line) => line.startsWith(start)) ?? '';
  assert.equal(lines[0], 'A processor, 2 threads, 2026-01-02; TensorFlow 2, PyTorch 3 without torch.compile; medians of 3 interleaved repeats.');
  assert.equal(row('| samlab'), '| samlab | float32 | 2.500 (1.000 to 3.000) | – | – |');
  assert.equal(row('| PyTorch | slow'), '| PyTorch | slow | – | – | – |');
  assert.equal(row('| PyTorch | broken'), '| PyTorch | broken | failed | – | – |');
  assert.equal(row('| tf.layers'), `| tf.layers | float32 | ${NO_END} | – | – |`);
  assert.match(lines.at(-1)!, /samlab 1\.50 GB, PyTorch 2\.00 GB/);
});

test('a missed goal differs from one that was not measured', () => {
  const lines = goalsMarkdown([BENCHMARK]).split('\n');
  assert.deepEqual(lines.slice(-2), ['| a ratio | ≤ 0.80 | 0.81 |  | **not met** |', '| another | ≥ 1.20 | not run |  |  |']);
  assert.equal(goalsMarkdown([]), 'Not run.');
});

test('a part that was kept from an earlier run says its day and commit', () => {
  const kept = BENCHMARK.comparisons.map((comparison) => ({ ...comparison, measured: { commit: '0123456789', finishedAt: '2026-01-01T00:00:00.000Z' } }));
  assert.equal(goalsMarkdown([{ ...BENCHMARK, comparisons: kept }]).split('\n').at(-1), '*Measured before: ResNet-50, CIFAR stem, batch 64: 2026-01-01, commit 0123456.*');
});

test('a goal of rounds has its interval, how many rounds there were and why no more', () => {
  const goal: Goal = { name: 'a ratio', goal: '<= 0.80', value: 0.79, met: null, interval: { low: 0.77, high: 0.802 }, rounds: 25, ending: 'rounds' };
  const text = goalsMarkdown([{ ...BENCHMARK, goals: [goal], rounds: { least: 9, most: 25, minutes: 20, width: 0.05 } }]);
  assert.equal(text.split('\n').at(-1), '| a ratio | ≤ 0.80 | 0.790 (0.770 to 0.802) | 25, as many as allowed | undecided |');
  assert.match(text, /medians of 9 to 25 rounds/);
});

test('the short table has a line a machine: samlab over PyTorch round by round, each at its fastest', () => {
  const six = (...seconds: number[]): number[] => (seconds.length === 1 ? Array<number>(6).fill(seconds[0]!) : seconds);
  const cifar = BENCHMARK.comparisons[0]!;
  const timings = [
    timing('samlab', 'float32', 'sgd', six(9)),
    { ...timing('samlab', 'mixed', 'sgd', six(2, 2, 2, 2, 2, 3)), precision: 'mixed' as const },
    timing('samlab', 'float32, op by op', 'sgd', six(0.1)),
    timing('PyTorch', 'slow', 'sgd', six(40)),
    timing('PyTorch', 'fast', 'sgd', six(4)),
    timing('samlab', 'float32', 'evaluation', [1]),
    timing('PyTorch', 'fast', 'evaluation', [2]),
  ];
  const lines = shortMarkdown([{ ...BENCHMARK, comparisons: [{ ...cifar, timings }] }]).split('\n');
  assert.equal(lines[2], '| A processor, 2 threads, 2026-01-02 | – | – | – | 0.50 (0.50 to 0.75) | – | 0.50 | – |');
  assert.equal(lines[0]!.split('|').length, lines[2].split('|').length);
  assert.equal(shortMarkdown([]), 'Not run.');
});

test('a SAM step below its floor, or of unknown floor, is not called met, whatever was stored', () => {
  const [first] = BENCHMARK.comparisons;
  const verdicts = (parts: Comparison['parts'] | undefined, value: number): string => {
    const comparison: Comparison = { ...first!, stem: 'imagenet', timings: [timing('samlab', 'float32', 'sgd', [1])], ...(parts ? { parts } : {}) };
    const goal: Goal = { name: 'SAM step / SGD step, float32', goal: '<= 1.90', value, met: value <= 1.9 };
    return goalsMarkdown([{ ...BENCHMARK, comparisons: [comparison], goals: [goal] }]).split(' | ').at(-1)!;
  };
  const parts = { float32: { products: 0.7, update: 0.2 }, mixed: { products: 0.7, update: 0.2 } };
  assert.deepEqual([1.7, 1.85, 1.95].map((value) => verdicts(parts, value)), ['below its floor of 1.80: no verdict |', 'met |', '**not met** |']);
  assert.deepEqual([1.7, 1.95].map((value) => verdicts(undefined, value)), ['its floor was not measured: no verdict |', '**not met** |']);
});
