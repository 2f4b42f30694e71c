import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { add, multiplyBy } from './activation';
import { batchNormalizeTraining, batchNormalizeTrainingWithSide } from './batchNormalization';
import { boolAttribute, floatAttribute, intAttribute, typeAttribute } from './binding';
import { matMul } from './dense';
import { reshape } from './convolution';
import { compiled } from './graph/compiled';
import { pinKernels } from './kernelChoice';
import ownOperations = require('./ownOperations');
import { cast } from './precision';
import { random } from './random';
import { lossAndGradient } from './tape';
import { execute, scope, tensor, tensorCount, type Tensor } from './tensor';
import { countGraphs } from './testing/graphRuns';
import type { normalizationErrors } from './testing/normalizationErrors';

/** Each test of the operations themselves needs a machine on which the set-up could compile them. */
const own = { skip: ownOperations.hasOwnOperations ? false : 'no compiler made the operations on this machine' };

afterEach(() => pinKernels());

/** Takes the project's own operations wherever they are among the choices. */
function preferOwn(): void {
  pinKernels((_, names) => names.find((name) => name === ownOperations.OWN) ?? names[0]!);
}

function errorsWith(threads: number): ReturnType<typeof normalizationErrors> {
  const program = join(__dirname, 'testing', 'normalizationErrors.js');
  return JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8', env: { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads) } })) as ReturnType<typeof normalizationErrors>;
}

for (const threads of [1, 2, 3]) {
  test(`${threads} threads: values, statistics and gradients are as near to those in double precision as rounding allows`, own, () => {
    Object.entries(errorsWith(threads).errors).forEach(([name, error]) => assert.ok(error <= 1, `${name}: ${error} times what rounding explains`));
  });
}

test('as many threads find the same bits each time', own, () => {
  assert.equal(errorsWith(2).digest, errorsWith(2).digest);
});

const SHAPE = [4, 8, 8, 24] as const;

/** y, the running statistics and the gradients by x, scale, shift and side of the end of a residual block, or of batch norm and ReLU. */
function blockEnd(withSide: boolean, dtype: 'float32' | 'bfloat16' = 'float32'): Float32Array[] {
  return scope(() => {
    const draw = random(3, 'block end');
    const normal = (shape: readonly number[]): Tensor => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => draw.normal()), shape);
    const inputs = [normal(SHAPE), normal(SHAPE), normal([24]), normal([24])];
    const weights = normal([4 * 8 * 8 * 24, 1]);
    const running = { mean: normal([24]), variance: tensor(new Float32Array(24).fill(1), [24]) };
    const before = tensorCount();
    const { loss, gradients, auxiliary } = lossAndGradient(inputs, () => {
      const [x, side, scale, shift] = inputs as [Tensor, Tensor, Tensor, Tensor];
      const norm = { scale, shift, epsilon: 1e-5 };
      const [map, other] = [cast(x, dtype), cast(side, dtype)];
      const found = withSide ? batchNormalizeTrainingWithSide(map, other, norm, running, 0.1) : batchNormalizeTraining(map, norm, running, 0.1, 'relu');
      // Read twice, as between residual blocks, so that its gradient has two parts.
      const y = cast(add(found.y, multiplyBy(found.y, 0.5)), 'float32');
      const seen = matMul(reshape(y, [1, y.size]), weights);
      // Without a side the loss reads it by itself, so that all have a gradient.
      return { loss: withSide ? seen : addTo(seen, side), auxiliary: [y, found.running.mean, found.running.variance] };
    });
    // The last number is that of tensors left: the results, and what this test makes itself.
    return [...[loss, ...auxiliary, ...gradients].map((result) => Float32Array.from(result.values())), Float32Array.of(tensorCount() - before)];
  });
}

function addTo(loss: Tensor, side: Tensor): Tensor {
  return matMul(loss, reshape(matMul(reshape(side, [1, side.size]), reshape(side, [side.size, 1])), [1, 1]));
}

/** The largest difference of an output, |one - other| / |other| in the 2-norm: where a ReLU is at 0, rounding decides about a single gradient. */
function largestDifference(one: readonly Float32Array[], other: readonly Float32Array[]): number {
  return Math.max(...one.map((values, output) => Math.hypot(...values.map((value, index) => value - other[output]![index]!)) / Math.hypot(...other[output]!)));
}

test('both ways through the tape are those of TensorFlow, but for rounding, and leave no tensor', own, () => {
  for (const withSide of [true, false]) {
    for (const [dtype, bound] of [['float32', 1e-5], ['bfloat16', 2 ** -6]] as const) {
      const before = tensorCount();
      pinKernels();
      const theirs = blockEnd(withSide, dtype);
      preferOwn();
      const ours = blockEnd(withSide, dtype);
      assert.equal(tensorCount(), before);
      assert.deepEqual(ours.at(-1), theirs.at(-1), 'another number of tensors is left');
      const difference = largestDifference(ours, theirs);
      assert.ok(difference <= bound, `${dtype}, ${withSide ? 'with' : 'without'} a side: ${difference}`);
      assert.ok(difference > 0, 'the same bits: were they computed by other kernels?');
    }
  }
});

test('with TensorFlow\'s kernels, and where there are no operations of the project\'s own, the bits are the same', own, () => {
  const operations = ownOperations as { hasOwnOperations: boolean };
  const chosen = [true, false].map((withSide) => blockEnd(withSide));
  operations.hasOwnOperations = false;
  try {
    assert.deepEqual([true, false].map((withSide) => blockEnd(withSide)), chosen);
  } finally {
    operations.hasOwnOperations = true;
  }
});

test('a file that is not there, and one that is no library, count as no operations', () => {
  assert.equal(ownOperations.loadOperations(join(__dirname, 'nowhere.node')), false);
  assert.equal(ownOperations.loadOperations(join(__dirname, '..', '..', 'README.md')), false);
});

test('in a recorded graph they give the same bits as one by one', own, () => {
  preferOwn();
  const owner = {};
  const { result: results, graphs } = countGraphs(() =>
    Array.from({ length: 3 }, () =>
      scope(() => {
        const draw = random(4, 'in a graph');
        const normal = (shape: readonly number[]): Tensor => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => draw.normal()), shape);
        const inputs = [normal(SHAPE), normal(SHAPE), normal([24]), normal([24]), normal([24]), normal([24])];
        return compiled(owner, 'block end', inputs, ([x, side, scale, shift, mean, variance]) => {
          const { y, running } = batchNormalizeTrainingWithSide(multiplyBy(x!, 3), multiplyBy(side!, 2), { scale: scale!, shift: shift!, epsilon: 1e-5 }, { mean: mean!, variance: variance! }, 0.1);
          return [y, running.mean, running.variance];
        }).map((output) => [...output.values()]);
      }),
    ),
  );
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[2], results[0]);
  assert.equal(graphs, 2);
});

test('inputs that do not fit are refused with what was expected', own, () => {
  scope(() => {
    const zeros = (...shape: readonly number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
    const attributes = (sides: number) => [typeAttribute('T', 'float32'), floatAttribute('epsilon', 1e-5), boolAttribute('relu', true), intAttribute('num_sides', sides)];
    const vector = zeros(4);
    const forward = (inputs: readonly Tensor[], sides = 0) => () => execute('SamlabBatchNorm', attributes(sides), inputs, 6);
    assert.throws(forward([zeros(2, 3, 3, 4), zeros(3), vector, vector, vector]), /SamlabBatchNorm: expected 4 elements as input 1, one for each channel, got 3\./);
    assert.throws(forward([vector, vector, vector, vector, vector]), /SamlabBatchNorm: expected a map of at least one position with channels last as input 0, got 1 dimensions/);
    assert.throws(forward([zeros(0, 3, 3, 4), vector, vector, vector, vector]), /at least one position/);
    assert.throws(forward([zeros(2, 3, 3, 4), vector, vector, vector, vector, zeros(2, 3, 4, 3)], 1), /SamlabBatchNorm: inputs 0 and 5 have different shapes\./);
    assert.throws(forward([zeros(2, 3, 3, 4), vector, vector, vector, vector, vector, vector], 2), /num_sides: expected 0, or 1 with relu\./);
    const backward = (...inputs: readonly Tensor[]) => () => execute('SamlabBatchNormGrad', attributes(0), inputs, 4);
    assert.throws(backward(zeros(2, 3, 3, 5), zeros(2, 3, 3, 4), vector, vector, vector, vector), /SamlabBatchNormGrad: inputs 1 and 0 have different shapes\./);
  });
});
