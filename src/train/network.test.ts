import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluationBatches, type Batch } from '../data/batches';
import { syntheticDataset } from '../data/synthetic';
import { withoutGraphs } from '../engine/graph/compiled';
import { tensorCount } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import { countGraphs } from '../engine/testing/graphRuns';
import { createModel } from '../models/create';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { mixedPrecision } from '../models/mixedPrecision';
import { batchGradient, batchLogits } from './network';

const plain = createModel('resnet20', 'cifar', 10);
const [batch] = evaluationBatches(syntheticDataset(10, { trainPerClass: 1, testPerClass: 1 }).train, { batchSize: 10, normalization: 'half' }) as unknown as Iterable<Batch>;

for (const [precision, model] of [['float32', plain], ['mixed precision', mixedPrecision(plain)]] as const) {
  test(`${precision}: gradients and logits by graphs have the bits of those op by op, while weights and statistics move`, () => {
    const before = tensorCount();
    const parameters = initialParameters(model, { seed: 0, zeroInitResidual: false });
    let statistics = initialStatistics(model);
    const found = (point: TensorVector) => {
      const { loss, gradient, logits, statistics: moved } = batchGradient(model, point, statistics, batch!, 0.1);
      const numbers = [loss, [...logits], gradient.toArrays(), moved.map(({ mean, variance }) => [mean.values(), variance.values()]), batchLogits(model, point, { statistics, training: false }, batch!)];
      return { numbers, gradient, moved };
    };
    for (let step = 0; step < 4; step++) {
      const [first, second] = [countGraphs(() => found(parameters)), withoutGraphs(() => found(parameters))];
      assert.equal(first.graphs, step === 0 ? 0 : 2, `step ${step}`);
      assert.deepEqual(first.result.numbers, second.numbers);
      parameters.addScaledInPlace(second.gradient, -0.1);
      disposeStatistics(statistics);
      statistics = second.moved;
      [first.result.gradient, second.gradient].forEach((gradient) => gradient.dispose());
      disposeStatistics(first.result.moved);
    }
    parameters.dispose();
    disposeStatistics(statistics);
    assert.equal(tensorCount(), before);
  });
}
