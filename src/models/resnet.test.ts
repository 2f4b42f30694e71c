import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import convolution = require('../engine/convolution');
import { smoothedTargets, softmaxCrossEntropy } from '../engine/crossEntropy';
import { valueAndGradient } from '../engine/tape';
import { scope, tensor, type Tensor } from '../engine/tensor';
import { sizeOf } from '../engine/shape';
import { hashedTensor } from '../testing/opCase';
import { cifarResNet, type BasicDepth } from './cifarResnet';
import { createModel } from './create';
import { MODEL_NAMES } from './names';
import { initialParameters, initialStatistics } from './initialise';
import { parameterCount, type Model } from './model';
import { bottleneckResNet, type BottleneckDepth } from './resnet';

test('numbers of parameters are those of the literature', () => {
  // torchvision's resnet50, 101 and 152 have 25,557,032, 44,549,160 and 60,192,808 with 1000 classes.
  const imagenet: Record<BottleneckDepth, number> = { resnet50: 25_557_032, resnet101: 44_549_160, resnet152: 60_192_808 };
  const cifar: Record<BottleneckDepth, number> = { resnet50: 23_528_522, resnet101: 42_520_650, resnet152: 58_164_298 };
  for (const depth of Object.keys(imagenet) as BottleneckDepth[]) {
    assert.equal(parameterCount(bottleneckResNet(depth, 'imagenet', 1000)), imagenet[depth]);
    assert.equal(parameterCount(bottleneckResNet(depth, 'imagenet', 10)), cifar[depth]);
    // 3x3 instead of 7x7 filters of 3 channels: 40 * 3 * 64 fewer. Each class more has 2048 weights and a bias.
    assert.equal(parameterCount(bottleneckResNet(depth, 'cifar', 10)), cifar[depth] - 7680);
    assert.equal(parameterCount(bottleneckResNet(depth, 'cifar', 100)), cifar[depth] - 7680 + 90 * 2049);
  }
  // He et al. 2015, table 6: .27, .46 and .85 million.
  const small: Record<BasicDepth, number> = { resnet20: 269_722, resnet32: 464_154, resnet56: 853_018 };
  for (const depth of Object.keys(small) as BasicDepth[]) {
    assert.equal(parameterCount(cifarResNet(depth, 10)), small[depth]);
    assert.equal(parameterCount(cifarResNet(depth, 100)), small[depth] + 90 * 65);
  }
});

/** Runs a network of zeros on an empty image and returns the shapes of all filters and of what each convolution made. */
function convolutions(model: Model, side: number): { readonly filter: readonly number[]; readonly output: readonly number[] }[] {
  const spy = mock.method(convolution, 'conv2d');
  try {
    scope(() => {
      const parameters = model.parameters.map(({ shape }) => tensor(new Float32Array(sizeOf(shape)), shape));
      const statistics = initialStatistics(model);
      const logits = model.apply(tensor(new Float32Array(side * side * 3), [1, side, side, 3]), { parameters, statistics, training: false, updated: [] });
      assert.deepEqual(logits.shape, [1, model.classes]);
    });
    return spy.mock.calls.map(({ arguments: [, filter], result }) => ({ filter: (filter).shape, output: (result as Tensor).shape }));
  } finally {
    spy.mock.restore();
  }
}

/** Side and channels of each different map, in order. */
function maps(model: Model, side: number, channels: (filter: readonly number[]) => boolean): string[] {
  const shapes = convolutions(model, side)
    .filter(({ filter }) => channels(filter))
    .map(({ output: [, height, width, filters] }) => `${height!}x${width!}x${filters!}`);
  return [...new Set(shapes)];
}

const isStem = (filter: readonly number[]): boolean => filter[2] === 3;
/** The last convolution of a bottleneck widens fourfold. */
const endsBlock = (filter: readonly number[]): boolean => filter[0] === 1 && filter[3] === 4 * filter[2]!;

test('stages of ResNet-50 have the sizes of He et al. 2015, table 1', () => {
  const model = bottleneckResNet('resnet50', 'imagenet', 10);
  assert.deepEqual(maps(model, 224, isStem), ['112x112x64']);
  assert.deepEqual(maps(model, 224, endsBlock), ['56x56x256', '28x28x512', '14x14x1024', '7x7x2048']);
  assert.deepEqual(maps(model, 32, isStem), ['16x16x64']);
  assert.deepEqual(maps(model, 32, endsBlock), ['8x8x256', '4x4x512', '2x2x1024', '1x1x2048']);
  const cifar = bottleneckResNet('resnet50', 'cifar', 10);
  assert.deepEqual(maps(cifar, 32, isStem), ['32x32x64']);
  assert.deepEqual(maps(cifar, 32, endsBlock), ['32x32x256', '16x16x512', '8x8x1024', '4x4x2048']);
});

test('ResNet-50 multiplies as often as torchvision\'s: 4.09 billion times at 224x224, with 53 convolutions', () => {
  const all = convolutions(bottleneckResNet('resnet50', 'imagenet', 1000), 224);
  const work = all.reduce((total, { filter, output }) => total + (sizeOf(filter) * sizeOf(output)) / output[3]!, 2048 * 1000);
  assert.equal(all.length, 53);
  assert.equal((work / 1e9).toFixed(2), '4.09');
});

test('stages of the small networks have 32x32, 16x16 and 8x8 positions, and 6 n + 1 convolutions', () => {
  for (const [depth, count] of [['resnet20', 19], ['resnet32', 31], ['resnet56', 55]] as const) {
    const model = cifarResNet(depth, 10);
    assert.deepEqual(maps(model, 32, () => true), ['32x32x16', '16x16x32', '8x8x64']);
    assert.equal(convolutions(model, 32).length, count);
  }
});

test('every name makes its network, with the requested stem', () => {
  for (const name of MODEL_NAMES) {
    const stems = (['imagenet', 'cifar'] as const).map((stem) => createModel(name, stem, 7));
    stems.forEach((model) => assert.equal(model.classes, 7));
    const bottleneck = name === 'resnet50' || name === 'resnet101' || name === 'resnet152';
    assert.deepEqual(stems.map((model) => model.name), bottleneck ? [`${name}, imagenet stem`, `${name}, cifar stem`] : [name, name]);
    const depth = name === 'fast' || name === 'fastPlain' ? 8 : Number(name.slice('resnet'.length));
    // The depth counts convolutions outside shortcuts, and the affine layer.
    const layers = stems[0]!.parameters.filter(({ name: parameter, kind }) => kind === 'weight' && !parameter.includes('downsample'));
    assert.equal(layers.length, depth);
  }
});

test('each parameter\'s kind follows from its name', () => {
  for (const { name, kind, shape } of bottleneckResNet('resnet50', 'imagenet', 10).parameters) {
    const norm = /bn\d\.|downsample\.1\./.test(name);
    const expected = name.endsWith('weight') ? (norm ? 'normScale' : 'weight') : norm ? 'normShift' : 'bias';
    assert.deepEqual([name, kind, shape.length], [name, expected, kind === 'weight' ? (name.startsWith('fc') ? 2 : 4) : 1]);
  }
});

test('every parameter of the small networks gets a gradient, with the last scale of each block at 0 or 1', () => {
  for (const zeroInitResidual of [false, true]) {
    scope(() => {
      const model = createModel('resnet20', 'cifar', 10);
      const parameters = initialParameters(model, { seed: 0, zeroInitResidual });
      const images = hashedTensor('images', [8, 32, 32, 3]);
      const forward = () => {
        const pass = { parameters: parameters.tensors, statistics: initialStatistics(model), training: true, updated: [] };
        return { loss: softmaxCrossEntropy(model.apply(images, pass), smoothedTargets([0, 1, 2, 3, 4, 5, 6, 7], 10, 0)), auxiliary: undefined };
      };
      const { gradients } = valueAndGradient(parameters.tensors, forward);
      // A branch whose last scale is 0 passes no gradient to its layers; its scale and shift have one in every channel.
      model.parameters.forEach(({ name }, index) => {
        if (/bn2\.(weight|bias)$/.test(name)) {
          assert.ok(gradients[index]!.values().every((value) => value !== 0), `${name}, zeroInitResidual ${zeroInitResidual}`);
        }
      });
    });
  }
});
