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
  parts: { float32: { products: 6, update: 0.1 }, mixed: { products: 1, update: 0.1 } },
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

function cells(benchmark: BenchResult, precision: string): readonly string[] {
  return floorsMarkdown([benchmark]).split('\n').find((line) => line.startsWith('| CIFAR stem') && line.includes(`| ${precision} |`))?.split(' | ') ?? [];
}

test("the floor is the products' time at the ceiling, and as they run, over PyTorch's best step", () => {
  const [network, precision, ceiling, products, run, best, floor, floorAsRun, share, samFloor] = cells(BENCHMARK, 'float32');
  assert.deepEqual([network, precision, ceiling, run, best, floorAsRun], ['| CIFAR stem, batch 64', 'float32', '100', '6.00', '9.00', '0.67']);
  // Three forward passes of 2.596 GFLOP an image, of which padding is a tenth, take about 5 s at 100 GFLOP/s.
  assert.ok(Number(products) > 4.2 && Number(products) < (3 * 2.596 * 64) / 100, products);
  assert.ok(Math.abs(parseFloat(floor!) - Number(products) / 9) < 0.006, floor);
  // A tenth of a step of 1 s is the update.
  assert.deepEqual([Number(share), parseFloat(samFloor!)], [0.1, 1.9]);
});

test("mixed rows have bfloat16's ceiling, and PyTorch's best step in any precision", () => {
  const mixed = cells({ ...BENCHMARK, ceiling: { samlab: 100, pytorch: 1, mixed: 200 } }, 'mixed');
  assert.deepEqual([mixed[2], mixed[5], mixed[7]], ['200', '2.00', '0.50']);
  assert.equal(Number(mixed[3]).toFixed(1), (Number(cells(BENCHMARK, 'float32')[3]) / 2).toFixed(1));
});

test('what older results did not measure is a dash, and without a ceiling there is no row', () => {
  const { parts, ...older } = COMPARISON;
  assert.ok(parts);
  assert.deepEqual([cells({ ...BENCHMARK, comparisons: [older] }, 'float32')[4], cells(BENCHMARK, 'mixed')], ['–', []]);
});

test('the fast network, whose operations are not counted, has no floor', () => {
  assert.equal(floorsMarkdown([{ ...BENCHMARK, comparisons: [{ ...COMPARISON, model: 'fast' }] }]), 'Not run.');
});

test('without a benchmark, or without times of PyTorch, there is no floor', () => {
  assert.equal(floorsMarkdown([]), 'Not run.');
  assert.equal(floorsMarkdown([{ ...BENCHMARK, comparisons: [{ ...COMPARISON, timings: [] }] }]), 'Not run.');
});
