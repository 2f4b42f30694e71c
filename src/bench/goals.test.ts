import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goals, SAM_OVER_SGD } from './goals';
import type { Comparison, Timing, Work } from './result';
import { COMMON_CONFIGURATION, hopeful, rivalConfigurations } from './rivalConfigurations';
import { median } from './statistics';

function timing(side: Timing['side'], configuration: string, precision: Timing['precision'], work: Work, ...seconds: number[]): Timing {
  return { side, configuration, precision, work, seconds };
}

const IMAGENET: Comparison = {
  model: 'resnet50',
  stem: 'imagenet',
  batch: 128,
  agreement: { loss: 0, gradientNorm: 0 },
  timings: [
    timing('samlab', 'float32', 'float32', 'sgd', 0.5, 0.7, 0.6),
    timing('samlab', 'float32', 'float32', 'sam', 1.2),
    timing('samlab', 'float32', 'float32', 'evaluation', 0.25),
    timing('samlab', 'mixed', 'mixed', 'sgd', 0.4),
    timing('samlab', 'mixed', 'mixed', 'sam', 0.6),
    timing('samlab', 'mixed', 'mixed', 'evaluation', 0.1),
    timing('samlab', 'float32, op by op', 'float32', 'sgd', 0.3),
    timing('samlab', 'mixed, op by op', 'mixed', 'evaluation', 0.05),
    timing('PyTorch', COMMON_CONFIGURATION, 'float32', 'sgd', 1),
    timing('PyTorch', 'channels_last, float32', 'float32', 'sgd', 0.8),
    timing('PyTorch', 'channels_last, float32', 'float32', 'sam', 1.5),
    timing('PyTorch', 'channels_last, float32', 'float32', 'evaluation', 0.2),
    timing('PyTorch', 'channels_last, bfloat16', 'mixed', 'sgd', 0.5),
    timing('PyTorch', 'channels_last, bfloat16', 'mixed', 'sam', 1),
    { ...timing('PyTorch', 'channels_last, bfloat16, torch.compile', 'mixed', 'sgd'), failure: 'no compiler' },
  ],
  peakMemory: { samlab: 3e9, pytorch: 2e9 },
  outsideKernels: 0.03,
  dataShare: 0.01,
};

test('each goal is the ratio of medians that its name says, against the best of PyTorch', () => {
  const values = Object.fromEntries(goals({ comparisons: [IMAGENET], ceiling: { samlab: 100, pytorch: 90 } }, 5e8 / 1.28).map(({ name, value, met }) => [name, [value, met]]));
  assert.deepEqual(values, {
    "float32 SGD step / PyTorch's best float32 SGD step, ImageNet stem, batch 128": [0.6 / 0.8, true],
    "float32 SAM step / PyTorch's best float32 SAM step, ImageNet stem, batch 128": [1.2 / 1.5, true],
    "mixed SGD step / PyTorch's best SGD step in any precision, ImageNet stem, batch 128": [0.4 / 0.5, true],
    "mixed SAM step / PyTorch's best SAM step in any precision, ImageNet stem, batch 128": [0.6, true],
    "mixed SAM step / PyTorch's float32 SGD step as scripts are commonly written": [0.6, true],
    'SAM step / SGD step, float32': [2, false],
    // Less than two gradients can take, as far as is known: no verdict.
    'SAM step / SGD step, mixed': [0.6 / 0.4, null],
    'step time x measured MatMul ceiling / operations that are not padding': [(0.6 * 100e9) / ((128 * 5e8) / 1.28), true],
    "peak memory / PyTorch's": [1.5, false],
    "evaluation images/s / PyTorch's best inference mode": [2, true],
    'share of a step outside TensorFlow kernels': [0.04, true],
  });
});

test('a SAM step in less time than two gradients and one update meets no goal, nor one whose floor was not measured', () => {
  // An update of 20 % of an SGD step of 1 s: two gradients and an update take 1.8 s.
  const met = (sam: number, parts: Comparison['parts']): boolean | null => {
    const timings = [timing('samlab', 'float32', 'float32', 'sgd', 1), timing('samlab', 'float32', 'float32', 'sam', sam)];
    const comparison: Comparison = { ...IMAGENET, timings, ...(parts ? { parts } : {}) };
    return goals({ comparisons: [comparison], ceiling: { samlab: 100, pytorch: 90 } }, 1e8).find(({ name }) => name === `${SAM_OVER_SGD}float32`)!.met;
  };
  const parts = { float32: { products: 0.7, update: 0.2 }, mixed: { products: 0.7, update: 0.2 } };
  assert.deepEqual([1.7, 1.79, 1.8, 1.9, 1.91].map((sam) => met(sam, parts)), [null, null, true, true, false]);
  assert.deepEqual([1.7, 1.85, 1.91].map((sam) => met(sam, undefined)), [null, null, false]);
});

test('the goals of the probes by hand', () => {
  const probes = { images: 512, productImages: 128, forward: [0.25], point: [0.5, 0.25, 0.375], mixedPoint: [0.25, 0.5, 0.48], gradient: [0.5], product: [1.25], pytorchProduct: [2], peakMemory: { probes: 8e8, step: 7e8, weights: 1e8 } };
  assert.deepEqual(goals({ comparisons: [], ceiling: { samlab: 1, pytorch: 1 }, probes }, 1), [
    { name: 'a 25 x 25 plane of ResNet-50 on 512 images, minutes, float32', goal: '<= 4.00', value: (0.375 * 625) / 60, met: true },
    { name: 'a 25 x 25 plane of ResNet-50 on 512 images, minutes, mixed', goal: '<= 4.00', value: (0.48 * 625) / 60, met: false },
    { name: 'a point of a plane / bare forward passes over its images', goal: '<= 1.15', value: 1.5, met: false },
    { name: 'Hessian-vector product / gradient', goal: '<= 2.20', value: 2.5, met: false },
    { name: 'peak memory of probes / that of training and three copies of the weights', goal: '<= 1.00', value: 0.8, met: true },
  ]);
  const exact = goals({ comparisons: [], ceiling: { samlab: 1, pytorch: 1 }, probes: { ...probes, exactProduct: true } }, 1);
  assert.deepEqual(exact.slice(3, 5), [
    { name: 'Hessian-vector product / gradient', goal: '<= 3.30', value: 2.5, met: true },
    { name: "Hessian-vector product / PyTorch's", goal: '<= 0.80', value: 0.625, met: true },
  ]);
});

test('what was not measured has no value and is neither met nor missed', () => {
  const none = goals({ comparisons: [{ ...IMAGENET, timings: [] }], ceiling: { samlab: 100, pytorch: 90 } }, 1e8);
  assert.deepEqual(none.filter(({ value }) => value === null).map(({ met }) => met), Array.from({ length: 9 }, () => null));
});

test('of the configurations of PyTorch the two fastest of each precision stay, and the common one', () => {
  const configurations = rivalConfigurations(true);
  assert.equal(configurations.length, 9);
  const seconds = [9, 2.9, 8, 1, 2.4, 2.6, 5, 0, 3];
  const screened = configurations.map((configuration, index) => (index === 7 ? { configuration, failure: 'no compiler' } : { configuration, seconds: seconds[index]! }));
  assert.deepEqual(hopeful(screened).map(({ name }) => name), [COMMON_CONFIGURATION, 'channels_last, float32', 'channels_last, bfloat16', 'default, float32, torch.compile', 'channels_last, bfloat16, torch.compile']);
});

test('the median by hand', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.ok(Number.isNaN(median([])));
});
