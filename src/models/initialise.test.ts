import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCount } from '../engine/tensor';
import { cifarResNet } from './cifarResnet';
import { disposeStatistics, initialParameters, initialStatistics, type Initialisation } from './initialise';
import type { Model } from './model';
import { bottleneckResNet } from './resnet';

/** Initial values by name. */
function initial(model: Model, initialisation: Initialisation): Map<string, Float32Array> {
  const parameters = initialParameters(model, initialisation);
  const arrays = parameters.toArrays();
  parameters.dispose();
  return new Map(model.parameters.map(({ name }, index) => [name, arrays[index]!]));
}

const model = bottleneckResNet('resnet50', 'imagenet', 10);
/** Drawn once: ResNet-50 takes a second. */
const values = initial(model, { seed: 0, zeroInitResidual: false });

test('convolutions are initialised normal with variance 2 / (kernel^2 filters)', () => {
  for (const [name, fan] of [['conv1.weight', 49 * 64], ['layer2.0.conv1.weight', 128], ['layer3.1.conv2.weight', 9 * 256], ['layer4.0.downsample.0.weight', 2048]] as const) {
    const scaled = values.get(name)!.map((value) => value * Math.sqrt(fan / 2));
    const n = scaled.length;
    const moment = (power: number): number => scaled.reduce((sum, value) => sum + value ** power, 0) / n;
    // Five standard errors of the mean, the variance and the fourth moment of a standard normal number (of variance 1, 2, 96).
    for (const [power, expected, variance] of [[1, 0, 1], [2, 1, 2], [4, 3, 96]] as const) {
      assert.ok(Math.abs(moment(power) - expected) < 5 * Math.sqrt(variance / n), `${name}: moment ${power} is ${moment(power)}`);
    }
  }
});

test('the affine layer is initialised uniform in +- 1 / sqrt(inputs), its bias too', () => {
  const bound = 1 / Math.sqrt(2048);
  const weight = values.get('fc.weight')!;
  assert.ok(weight.every((value) => Math.abs(value) <= bound));
  // Variance bound^2 / 3; the variance of u^2 for u uniform in +-1 is 4/45.
  const variance = weight.reduce((sum, value) => sum + (value / bound) ** 2, 0) / weight.length;
  assert.ok(Math.abs(variance - 1 / 3) < 5 * Math.sqrt(4 / 45 / weight.length), `variance ${variance}`);
  const bias = values.get('fc.bias')!;
  assert.ok(bias.every((value) => value !== 0 && Math.abs(value) <= bound));
  assert.equal(new Set(bias).size, 10);
});

test('batch norm starts as the identity; with zero-init the last scale of each block is 0, except where padding adds channels', () => {
  const small = cifarResNet('resnet20', 10);
  const zeroed = { seed: 0, zeroInitResidual: true };
  const expectations: readonly (readonly [Model, Map<string, Float32Array>, RegExp | undefined])[] = [
    [model, values, undefined],
    [model, initial(model, zeroed), /layer\d\.\d+\.bn3\.weight/],
    [small, initial(small, zeroed), /(layer1\.\d+|layer[23]\.[12])\.bn2\.weight/],
  ];
  for (const [network, start, zeros] of expectations) {
    for (const { name } of network.parameters.filter(({ kind }) => kind === 'normScale' || kind === 'normShift')) {
      const expected = name.endsWith('bias') || zeros?.test(name) === true ? 0 : 1;
      assert.ok(start.get(name)!.every((value) => value === expected), `${name} does not start at ${expected}`);
    }
  }
});

test('the seed determines everything; equal layers of different networks start equal, different ones do not', () => {
  const first = initial(cifarResNet('resnet20', 10), { seed: 3, zeroInitResidual: false });
  assert.deepEqual(initial(cifarResNet('resnet20', 10), { seed: 3, zeroInitResidual: true }).get('conv1.weight'), first.get('conv1.weight'));
  assert.deepEqual(initial(cifarResNet('resnet32', 100), { seed: 3, zeroInitResidual: false }).get('layer1.1.conv2.weight'), first.get('layer1.1.conv2.weight'));
  assert.notDeepEqual(initial(cifarResNet('resnet20', 10), { seed: 4, zeroInitResidual: false }).get('conv1.weight'), first.get('conv1.weight'));
  assert.notDeepEqual(first.get('layer1.1.conv2.weight'), first.get('layer1.1.conv1.weight'));
});

test('running statistics start at mean 0 and variance 1, and can be freed', () => {
  const before = tensorCount();
  const statistics = initialStatistics(model);
  assert.equal(statistics.length, 53);
  statistics.forEach(({ mean, variance }, index) => {
    const { channels } = model.statistics[index]!;
    assert.deepEqual([mean.values(), variance.values()], [new Float32Array(channels), new Float32Array(channels).fill(1)]);
  });
  disposeStatistics(statistics);
  assert.equal(tensorCount(), before);
});
