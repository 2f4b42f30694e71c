import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_END } from '../bench/layersRival';
import { BENCH_FORMAT, type BenchResult, type Comparison, type Goal, type Timing } from '../bench/result';
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
  assert.equal(lines[0], 'A processor, 2 threads; TensorFlow 2, PyTorch 3; medians of 3 interleaved repeats, 2026-01-02.');
  assert.equal(row('| samlab'), '| samlab | float32 | 2.500 (1.000 to 3.000) | – | – |');
  assert.equal(row('| PyTorch | slow'), '| PyTorch | slow | – | – | – |');
  assert.equal(row('| PyTorch | broken'), '| PyTorch | broken | failed | – | – |');
  assert.equal(row('| tf.layers'), `| tf.layers | float32 | ${NO_END} | – | – |`);
  assert.match(lines.at(-1)!, /samlab 1\.50 GB, PyTorch 2\.00 GB/);
});

test('a goal that was missed and one that was not measured are told apart', () => {
  const lines = goalsMarkdown([BENCHMARK]).split('\n');
  assert.deepEqual(lines.slice(-2), ['| a ratio | ≤ 0.80 | 0.81 | **not met** |', '| another | ≥ 1.20 | not run |  |']);
  assert.equal(goalsMarkdown([]), 'Not run.');
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
