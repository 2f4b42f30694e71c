import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goals } from './goals';
import { SAM_OVER_SGD } from './ratios';
import type { Comparison, Goal, Timing, Work } from './result';
import { COMMON_CONFIGURATION, hopeful, rivalConfigurations } from './rivalConfigurations';

/** Seconds of six rounds, whose median has the whole range as its interval. */
function timing(side: Timing['side'], configuration: string, precision: Timing['precision'], work: Work, ...seconds: number[]): Timing {
  return { side, configuration, precision, work, seconds: seconds.length === 1 ? (Array(6).fill(seconds[0]) as number[]) : seconds };
}

const IMAGENET: Comparison = {
  model: 'resnet50',
  stem: 'imagenet',
  batch: 128,
  agreement: { loss: 0, gradientNorm: 0 },
  timings: [
    timing('samlab', 'float32', 'float32', 'sgd', 0.48),
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
    timing('PyTorch', 'channels_last, bfloat16', 'mixed', 'sam', 1.6),
    { ...timing('PyTorch', 'channels_last, bfloat16, torch.compile', 'mixed', 'sgd'), seconds: [], failure: 'no compiler' },
  ],
  peakMemory: { samlab: 3e9, pytorch: 2e9 },
  overhead: [0.03, 0.04, 0.04, 0.04, 0.04, 0.045],
};

const CEILING = { samlab: 100, pytorch: 90 };

function found(comparison: Comparison): Readonly<Record<string, Goal>> {
  return Object.fromEntries(goals({ comparisons: [comparison], ceiling: CEILING }, 5e8 / 1.28).map((goal) => [goal.name, goal]));
}

test('each goal is the ratio that its name says, against the best of PyTorch', () => {
  const values = Object.fromEntries(Object.entries(found(IMAGENET)).map(([name, { value, met }]) => [name, [value, met]]));
  assert.deepEqual(values, {
    "float32 SGD step / PyTorch's best float32 SGD step, ImageNet stem, batch 128": [0.48 / 0.8, true],
    "float32 SAM step / PyTorch's best float32 SAM step, ImageNet stem, batch 128": [1.2 / 1.5, false],
    "mixed SGD step / PyTorch's best SGD step in any precision, ImageNet stem, batch 128": [0.4 / 0.5, false],
    "mixed SAM step / PyTorch's best SAM step in any precision, ImageNet stem, batch 128": [0.6 / 1.5, true],
    "mixed SAM step / PyTorch's float32 SGD step as scripts are commonly written": [0.6, true],
    'SAM step / SGD step, float32': [1.2 / 0.48, false],
    'SAM step / SGD step, mixed': [0.6 / 0.4, true],
    'step time x measured MatMul ceiling / operations that are not padding': [(0.48 * 100e9) / ((128 * 5e8) / 1.28), true],
    "peak memory of a step / PyTorch's": [1.5, false],
    "evaluation images/s / PyTorch's best inference mode, ImageNet stem, batch 128": [2, true],
    'share of a step outside TensorFlow kernels': [0.04, true],
  });
});

test('a ratio is taken round by round: a drift that both sides share leaves it as it is', () => {
  const drift = [1, 2, 4, 8, 16, 32];
  const timings = [timing('samlab', 'float32', 'float32', 'sgd', ...drift.map((seconds) => 0.5 * seconds)), timing('PyTorch', 'x', 'float32', 'sgd', ...drift)];
  const { value, interval, met, rounds } = found({ ...IMAGENET, timings })["float32 SGD step / PyTorch's best float32 SGD step, ImageNet stem, batch 128"]!;
  assert.deepEqual([value, interval, met, rounds], [0.5, { low: 0.5, high: 0.5 }, true, 6]);
});

test('a goal is met or missed only if the whole interval says so', () => {
  const name = "float32 SGD step / PyTorch's best float32 SGD step, ImageNet stem, batch 128";
  const met = (...seconds: number[]): boolean | null => found({ ...IMAGENET, timings: [timing('samlab', 'float32', 'float32', 'sgd', ...seconds), timing('PyTorch', 'x', 'float32', 'sgd', 1)] })[name]!.met;
  // Of six rounds the interval is the whole range.
  assert.deepEqual([met(0.5, 0.5, 0.5, 0.5, 0.5, 0.6), met(0.5, 0.5, 0.5, 0.5, 0.5, 0.61), met(0.6, 0.7, 0.7, 0.7, 0.7, 0.7), met(0.61, 0.7, 0.7, 0.7, 0.7, 0.7)], [true, null, null, false]);
  assert.equal(met(0.5, 0.5, 0.5, 0.5, 0.5), null, 'five rounds have no interval');
  const evaluation = "evaluation images/s / PyTorch's best inference mode, ImageNet stem, batch 128";
  const atLeast = (...seconds: number[]): boolean | null => found({ ...IMAGENET, timings: [timing('PyTorch', 'x', 'float32', 'evaluation', ...seconds), timing('samlab', 'float32', 'float32', 'evaluation', 1)] })[evaluation]!.met;
  assert.deepEqual([atLeast(1.3, 1.4, 1.4, 1.4, 1.4, 1.4), atLeast(1.2, 1.4, 1.4, 1.4, 1.4, 1.4), atLeast(1.2, 1.2, 1.2, 1.2, 1.2, 1.29)], [true, null, false]);
});

test('the best of PyTorch is chosen by the first rounds, which all of its configurations have', () => {
  const timings = [
    timing('samlab', 'float32', 'float32', 'sgd', 1),
    timing('PyTorch', 'stays', 'float32', 'sgd', ...(Array(6).fill(2) as number[]), ...(Array(20).fill(4) as number[])),
    timing('PyTorch', 'left', 'float32', 'sgd', 3),
  ];
  assert.equal(found({ ...IMAGENET, timings, leastRounds: 6 })["float32 SGD step / PyTorch's best float32 SGD step, ImageNet stem, batch 128"]!.value, 1 / 2);
});

test('a SAM step may take two SGD steps and the time of an update; in less time than two gradients and an update it meets nothing', () => {
  // The update takes 20 % of an SGD step of 1 s: two gradients and one update take 1.8 s; the limit, two SGD steps and an update, is 2.2 s.
  const goal = (sam: number, parts: Comparison['parts']): Goal => {
    const timings = [timing('samlab', 'float32', 'float32', 'sgd', 1), timing('samlab', 'float32', 'float32', 'sam', sam)];
    return found({ ...IMAGENET, timings, ...(parts ? { parts } : {}) })[`${SAM_OVER_SGD}float32`]!;
  };
  const parts = { float32: { products: 0.7, update: 0.2 }, mixed: { products: 0.7, update: 0.2 } };
  assert.deepEqual([1.7, 1.79, 1.8, 2.2, 2.21].map((sam) => goal(sam, parts).met), [null, null, true, true, false]);
  assert.deepEqual([1.7, 2, 2.01].map((sam) => goal(sam, undefined).met), [true, true, false]);
  assert.equal(goal(2, { ...parts, float32: { products: 0.7, update: 0.0234 } }).goal, '<= 2.0234');
});

test('the CIFAR stem and the fast network have goals of their own', () => {
  const names = (comparison: Comparison): string[] => Object.values(found(comparison)).map(({ name, goal }) => `${name} ${goal}`);
  assert.deepEqual(names({ ...IMAGENET, stem: 'cifar', batch: 64 }).map((name) => name.replace(/^.*, /, '')), Array(4).fill('batch 64 <= 0.80').concat('batch 64 >= 1.30'));
  assert.deepEqual(names({ ...IMAGENET, model: 'fast', stem: 'cifar', batch: 1024 }), [
    "float32 SGD step / PyTorch's best float32 SGD step, fast network with its recipe, batch 1024 <= 0.80",
    "mixed SGD step / PyTorch's best SGD step in any precision, fast network with its recipe, batch 1024 <= 0.80",
  ]);
});

test('the reason why the rounds of a ratio ended is given with its goal', () => {
  const endings = [{ above: 'samlab, float32: sgd', below: 'PyTorch, channels_last, float32: sgd', ending: 'narrow' as const }];
  const named = found({ ...IMAGENET, endings });
  assert.equal(named["float32 SGD step / PyTorch's best float32 SGD step, ImageNet stem, batch 128"]!.ending, 'narrow');
  assert.equal(named["float32 SAM step / PyTorch's best float32 SAM step, ImageNet stem, batch 128"]!.ending, undefined);
});

test('the goals of the probes by hand', () => {
  const six = (seconds: number): number[] => Array(6).fill(seconds) as number[];
  const probes = {
    images: 512, productImages: 128, exactProduct: true as const, forward: six(0.25), point: six(0.375), mixedPoint: six(0.48), gradient: six(0.5), product: six(1.25), pytorchProduct: six(2), eigenthingsProduct: six(1.25),
    peakMemory: { probes: 8e8, step: 7e8, weights: 1e8 }, productMemory: { samlab: 3e9, pytorch: 2e9 },
    endings: [{ above: 'product', below: 'gradient', ending: 'minutes' as const }],
  };
  const all = goals({ comparisons: [], probes }, 1);
  assert.deepEqual(all.map(({ name, goal, value, met, ending }) => [name, goal, value, met, ending]), [
    ['a 25 x 25 plane of ResNet-50 on 512 images, minutes, float32', '<= 3.50', 0.375 * (625 / 60), false, undefined],
    ['a 25 x 25 plane of ResNet-50 on 512 images, minutes, mixed', '<= 4.00', 0.48 * (625 / 60), false, undefined],
    ['a point of a plane / bare forward passes over its images', '<= 1.15', 1.5, false, undefined],
    ['exact Hessian-vector product / gradient', '<= 3.30', 2.5, true, 'minutes'],
    ["exact Hessian-vector product / PyTorch's double backward", '<= 0.80', 0.625, true, undefined],
    ["exact Hessian-vector product / hessian-eigenthings'", '<= 0.80', 1, false, undefined],
    ["peak memory of Hessian-vector products / PyTorch's", '<= 1.00', 1.5, false, undefined],
    ['peak memory of probes / that of training and three copies of the weights', '<= 1.00', 0.8, true, undefined],
  ]);
});

test('a goal without measurement has no value and is neither met nor missed', () => {
  const none = Object.values(found({ model: 'resnet50', stem: 'imagenet', batch: 128, agreement: IMAGENET.agreement, timings: [] }));
  assert.deepEqual(none.map(({ value, met }) => [value, met]), Array(11).fill([null, null]));
});

test('of the configurations of PyTorch the two fastest of each precision stay, and the common one', () => {
  const configurations = rivalConfigurations(true);
  assert.equal(configurations.length, 9);
  const seconds = [9, 2.9, 8, 1, 2.4, 2.6, 5, 0, 3];
  const screened = configurations.map((configuration, index) => (index === 7 ? { configuration, failure: 'no compiler' } : { configuration, seconds: seconds[index]! }));
  assert.deepEqual(hopeful(screened).map(({ name }) => name), [COMMON_CONFIGURATION, 'channels_last, float32', 'channels_last, bfloat16', 'default, float32, torch.compile', 'channels_last, bfloat16, torch.compile']);
  // Without bfloat16 in the processor: half a minute a step beside a second.
  const withoutBfloat16 = screened.map((one) => (one.configuration.precision === 'mixed' && one.seconds !== undefined ? { ...one, seconds: 30 + one.seconds } : one));
  assert.ok(hopeful(withoutBfloat16).every(({ precision }) => precision === 'float32'));
  assert.equal(hopeful(withoutBfloat16).length, 3);
});
