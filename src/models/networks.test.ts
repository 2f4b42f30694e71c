import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { smoothedTargets, softmaxCrossEntropy } from '../engine/crossEntropy';
import { valueAndGradient } from '../engine/tape';
import { scope, tensorCount, type Tensor } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import { expectAllClose } from '../testing/expectAllClose';
import { readFixture } from '../testing/fixture';
import { expectSummary, hashedImages, hashedParameters, hashedStatistics, inTorchOrder, type Summary } from '../testing/hashedNetwork';
import { cifarResNet } from './cifarResnet';
import { fastNetwork } from './fast';
import { disposeStatistics } from './initialise';
import type { Model } from './model';
import { bottleneckResNet } from './resnet';

/** What PyTorch computed in double precision (make_networks.py). */
interface NetworkFixture {
  readonly images: string;
  readonly batch: number;
  readonly smoothing: number;
  readonly loss: number;
  readonly logits: readonly number[];
  readonly evaluatedLogits: readonly number[];
  readonly gradients: Readonly<Record<string, Summary>>;
  readonly statistics: Readonly<Record<string, Summary>>;
}

/**
 * PyTorch's own float32 differs from its float64 by 1e-5 of a gradient's norm on these inputs, on which no ReLU
 * flips. A missing or misplaced term changes a gradient by more than a hundredth. 1e-3 separates the two.
 */
const TOLERANCE = 1e-3;

const fixtures = readFixture('networks.json') as Readonly<Record<string, NetworkFixture>>;

interface Network {
  readonly model: Model;
  readonly parameters: TensorVector;
  readonly statistics: readonly ChannelStatistics[];
  readonly x: Tensor;
}

function trainingPass({ model, parameters, statistics, x }: Network, { batch, smoothing }: NetworkFixture) {
  const labels = Array.from({ length: batch }, (_, image) => (image * 7) % model.classes);
  const targets = smoothedTargets(labels, model.classes, smoothing);
  return valueAndGradient(
    parameters.tensors,
    () => {
      const updated: ChannelStatistics[] = [];
      const logits = model.apply(x, { parameters: parameters.tensors, statistics, training: true, updated });
      return { loss: softmaxCrossEntropy(logits, targets), auxiliary: { logits, updated } };
    },
    ({ logits, updated }) => [logits, ...updated.flatMap(({ mean, variance }) => [mean, variance])],
  );
}

function expectGradients(model: Model, gradients: readonly Tensor[], expected: NetworkFixture['gradients']): void {
  assert.deepEqual(model.parameters.map(({ name }) => name).sort(), Object.keys(expected).sort());
  model.parameters.forEach(({ name, shape }, index) => {
    expectSummary(name, inTorchOrder(gradients[index]!.values() as Float32Array, shape), expected[name]!, TOLERANCE);
  });
}

function expectStatistics(model: Model, updated: readonly ChannelStatistics[], expected: NetworkFixture['statistics']): void {
  assert.equal(2 * model.statistics.length, Object.keys(expected).length);
  model.statistics.forEach(({ name }, index) => {
    expectSummary(`${name}.running_mean`, Float32Array.from(updated[index]!.mean.values()), expected[`${name}.running_mean`]!, TOLERANCE);
    expectSummary(`${name}.running_var`, Float32Array.from(updated[index]!.variance.values()), expected[`${name}.running_var`]!, TOLERANCE);
  });
}

for (const model of [bottleneckResNet('resnet50', 'imagenet', 10), bottleneckResNet('resnet50', 'cifar', 10), cifarResNet('resnet20', 10), fastNetwork(10)]) {
  test(`${model.name}: loss, gradient, running statistics and evaluation are PyTorch's, twice to the bit`, () => {
    const fixture = fixtures[model.name]!;
    const network = {
      model,
      parameters: hashedParameters(model),
      statistics: hashedStatistics(model),
      x: hashedImages(fixture.images, fixture.batch),
    };
    const before = tensorCount();
    const first = scope(() => trainingPass(network, fixture), (pass) => [pass.auxiliary.logits, ...pass.gradients, ...statisticsOf(pass.auxiliary.updated)]);
    assert.ok(Math.abs(first.value - fixture.loss) <= 1e-5 * fixture.loss, `loss ${first.value}, expected ${fixture.loss}`);
    expectAllClose(first.auxiliary.logits.values(), fixture.logits, { absolute: TOLERANCE });
    expectGradients(model, first.gradients, fixture.gradients);
    expectStatistics(model, first.auxiliary.updated, fixture.statistics);
    scope(() => {
      const pass = { parameters: network.parameters.tensors, statistics: first.auxiliary.updated, training: false, updated: [] };
      expectAllClose(model.apply(network.x, pass).values(), fixture.evaluatedLogits, { absolute: TOLERANCE });
      const second = trainingPass(network, fixture);
      assert.equal(second.value, first.value);
      second.gradients.forEach((gradient, index) => assert.deepEqual(gradient.values(), first.gradients[index]!.values()));
      assert.deepEqual(second.auxiliary.logits.values(), first.auxiliary.logits.values());
    });
    [first.auxiliary.logits, ...first.gradients].forEach((tensor) => tensor.dispose());
    disposeStatistics(first.auxiliary.updated);
    assert.equal(tensorCount(), before);
  });
}

function statisticsOf(statistics: readonly ChannelStatistics[]): Tensor[] {
  return statistics.flatMap(({ mean, variance }) => [mean, variance]);
}
