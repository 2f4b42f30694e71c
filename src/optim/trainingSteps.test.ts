import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { smoothedTargets, softmaxCrossEntropy } from '../engine/crossEntropy';
import { valueAndGradient } from '../engine/tape';
import { tensorCount, type Tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import { cifarResNet } from '../models/cifarResnet';
import { disposeStatistics } from '../models/initialise';
import { readFixture } from '../testing/fixture';
import { expectSummary, hashedImages, hashedParameters, hashedStatistics, inTorchOrder, type Summary } from '../testing/hashedNetwork';
import { samStep } from './sam';
import { sgd } from './sgd';
import { plainStep, type Objective, type Step } from './step';

/** What PyTorch did in double precision (make_optimizers.py). */
interface Walk {
  readonly nesterov: boolean;
  readonly steps: readonly {
    readonly loss: number;
    /** From where it started, after the step. */
    readonly moved: Readonly<Record<string, Summary>>;
    readonly statistics: Readonly<Record<string, Summary>>;
  }[];
}

interface OptimizerFixture {
  readonly images: string;
  readonly batch: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly rho: number;
  readonly sgd: Walk;
  readonly heavyBall: Walk;
  readonly sam: Walk;
}

/**
 * Single precision moves a gradient by 1e-5 of its norm (networks.test.ts), and the rounding of weights adds 6e-8 of
 * theirs, which is 1e-5 of the way they go in three steps. A wrong step differs by a hundredth or more.
 */
const TOLERANCE = 1e-3;

const model = cifarResNet('resnet20', 10);
const fixture = readFixture('optimizers.json') as OptimizerFixture;

/** Gradients of ResNet-20 on a batch; the statistics move only in the first phase. */
class Network {
  statistics = hashedStatistics(model);

  objective(images: Tensor): Objective<TensorVector> {
    return (parameters, phase) => {
      const { value, gradients, auxiliary: updatedStatistics } = valueAndGradient(
        parameters.tensors,
        () => {
          const updated: ChannelStatistics[] = [];
          const logits = model.apply(images, { parameters: parameters.tensors, statistics: this.statistics, training: true, updated });
          const labels = Array.from({ length: fixture.batch }, (_, image) => (image * 7) % 10);
          return { loss: softmaxCrossEntropy(logits, smoothedTargets(labels, 10, 0)), auxiliary: updated };
        },
        (updated) => updated.flatMap(({ mean, variance }) => [mean, variance]),
      );
      if (phase === 'first') {
        disposeStatistics(this.statistics);
        this.statistics = updatedStatistics;
      } else {
        disposeStatistics(updatedStatistics);
      }
      return { loss: value, gradient: new TensorVector(model.parameters, gradients) };
    };
  }
}

function expectMoved(parameters: TensorVector, start: readonly Float32Array[], expected: Readonly<Record<string, Summary>>): void {
  parameters.toArrays().forEach((array, index) => {
    const { name, shape } = model.parameters[index]!;
    const moved = array.map((value, element) => value - start[index]![element]!);
    expectSummary(name, inTorchOrder(moved, shape), expected[name]!, TOLERANCE);
  });
}

function expectStatistics(statistics: readonly ChannelStatistics[], expected: Readonly<Record<string, Summary>>): void {
  statistics.forEach(({ mean, variance }, index) => {
    const { name } = model.statistics[index]!;
    expectSummary(`${name}.running_mean`, mean.values() as Float32Array, expected[`${name}.running_mean`]!, TOLERANCE);
    expectSummary(`${name}.running_var`, variance.values() as Float32Array, expected[`${name}.running_var`]!, TOLERANCE);
  });
}

for (const [method, step] of [['sgd', plainStep], ['heavyBall', plainStep], ['sam', samStep(fixture.rho)]] as readonly (readonly ['sgd' | 'heavyBall' | 'sam', Step])[]) {
  test(`three steps of ${method} on ResNet-20 are PyTorch's: losses, weights, running statistics`, () => {
    const before = tensorCount();
    const { learningRate, momentum, weightDecay } = fixture;
    const optimizer = sgd<TensorVector>({ momentum, nesterov: fixture[method].nesterov, weightDecay });
    const network = new Network();
    const parameters = hashedParameters(model);
    const start = parameters.toArrays();
    let current = { parameters, state: optimizer.init(parameters) };
    const held = tensorCount();
    fixture[method].steps.forEach((expected, index) => {
      const images = hashedImages(`${fixture.images}/${index}`, fixture.batch);
      const { loss, ...moved } = step({ ...current, objective: network.objective(images), optimizer, learningRate });
      images.dispose();
      current = moved;
      assert.equal(tensorCount(), held, `tensors after step ${index}`);
      assert.ok(Math.abs(loss - expected.loss) <= TOLERANCE * expected.loss, `step ${index}: loss ${loss}, expected ${expected.loss}`);
      expectMoved(current.parameters, start, expected.moved);
      expectStatistics(network.statistics, expected.statistics);
    });
    [current.parameters, current.state].forEach((vector) => vector.dispose());
    disposeStatistics(network.statistics);
    assert.equal(tensorCount(), before);
  });
}
