import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BENCH_FORMAT, type BenchResult, type Comparison } from '../bench/result';
import { floorsMarkdown } from './benchFloors';

const COMPARISON: Comparison = {
  model: 'resnet50',
  stem: 'cifar',
  batch: 64,
  agreement: { loss: 0, gradientNorm: 0 },
  timings: [
    { side: 'samlab', configuration: 'float32', precision: 'float32', work: 'sgd', seconds: [1] },
    { side: 'PyTorch', configuration: 'slow', precision: 'float32', work: 'sgd', seconds: [12] },
    { side: 'PyTorch', configuration: 'fast', precision: 'float32', work: 'sgd', seconds: [10, 8, 9] },
    { side: 'PyTorch', configuration: 'fast', precision: 'mixed', work: 'sgd', seconds: [2] },
  ],
  peakMemory: { samlab: 1, pytorch: 1 },
  outsideKernels: 0,
  dataShare: 0,
};

const BENCHMARK: BenchResult = {
  format: BENCH_FORMAT,
  processor: 'A processor',
  gpu: null,
  threads: 2,
  versions: { samlab: '0', node: '20', tensorflow: '2', pytorch: '2' },
  commit: null,
  finishedAt: '',
  repeats: 3,
  ceiling: { samlab: 100, pytorch: 1 },
  comparisons: [COMPARISON],
  scaling: [],
  goals: [],
};

test("the floor is the products' time at the ceiling over PyTorch's best float32 step", () => {
  const row = floorsMarkdown([BENCHMARK]).split('\n').find((line) => line.startsWith('| A processor'))!;
  const [, network, ceiling, products, best, floor] = row.split(' | ');
  assert.deepEqual([network, ceiling, best], ['CIFAR stem, batch 64', '100', '9.00']);
  // Three forward passes of 2.596 GFLOP an image, of which padding is a tenth, take about 5 s at 100 GFLOP/s.
  assert.ok(Number(products) > 4.2 && Number(products) < (3 * 2.596 * 64) / 100, products);
  assert.ok(Math.abs(parseFloat(floor!) - Number(products) / 9) < 0.006, floor);
});

test('without a benchmark, or without times of PyTorch, there is no floor', () => {
  assert.equal(floorsMarkdown([]), 'Not run.');
  assert.equal(floorsMarkdown([{ ...BENCHMARK, comparisons: [{ ...COMPARISON, timings: [] }] }]), 'Not run.');
});
