import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { conv2d } from '../engine/convolution';
import { random } from '../engine/random';
import { scope, tensor, tensorCount } from '../engine/tensor';
import { expectAllClose } from '../testing/expectAllClose';
import { hashed } from '../testing/hashed';
import { withTemporaryFolder } from '../testing/temporaryFolder';
import { observed, residual, sequential } from './combine';
import { fastNetwork } from './fast';
import { disposeStatistics, initialParameters, initialStatistics } from './initialise';
import { constant, dirac, whitening } from './initialValues';
import type { Examples } from './examples';
import { network, type Layer } from './layer';
import { batchNorm, conv, flatten, gelu, globalAveragePool, linear, maxPool, relu, scaleBy, tanh } from './layers';
import { parameterCount, type Model } from './model';
import { loadWeights, saveWeights } from './torchvision';

function outputs(model: Model, values: readonly number[], batch: number, training = false): number[] {
  const before = tensorCount();
  const found = scope(() => {
    const parameters = initialParameters(model, { seed: 1, zeroInitResidual: false });
    const pass = { parameters: parameters.tensors, statistics: initialStatistics(model), training, updated: [] };
    return [...model.apply(tensor(values, [batch, ...model.inputShape]), pass).values()];
  });
  assert.equal(tensorCount(), before);
  return found;
}

test('tanh acts on each element', () => {
  expectAllClose(outputs(network({ name: 'curve', inputShape: [3], layers: tanh() }), [-2, 0, 0.5], 1), [-2, 0, 0.5].map(Math.tanh), { absolute: 1e-6 });
});

test('names, kinds and shapes of parameters follow from the layers, whose input shapes follow from what comes before', () => {
  const layers = sequential({
    stem: sequential(conv({ filters: 4, kernel: 5, stride: 2, bias: true }), batchNorm({ scale: false }), relu()),
    block: residual({ conv: conv({ filters: 8, stride: 2 }), norm: batchNorm() }, { shortcut: { down: conv({ filters: 8, kernel: 1, stride: 2 }) } }),
    pool: maxPool({ size: 2, stride: 1 }),
    flat: flatten(),
    head: linear({ outputs: 3, bias: false }),
  });
  const model = network({ name: 'mine', inputShape: [16, 12, 2], layers });
  // 16 x 12 with a stride of 2 is 8 x 6, again 4 x 3, and windows of 2 leave 3 x 2 of 8 channels.
  assert.deepEqual(
    model.parameters.map(({ name, kind, shape }) => `${name} ${kind} ${shape.join('x')}`),
    ['stem.0.weight weight 5x5x2x4', 'stem.0.bias bias 4', 'stem.1.bias normShift 4', 'block.conv.weight weight 3x3x4x8', 'block.norm.weight normScale 8', 'block.norm.bias normShift 8', 'block.down.weight weight 1x1x4x8', 'head.weight weight 48x3'],
  );
  assert.deepEqual(model.statistics, [{ name: 'stem.1', channels: 4, momentum: 0.1 }, { name: 'block.norm', channels: 8, momentum: 0.1 }]);
  assert.deepEqual([model.classes, model.residualScales], [3, ['block.norm.weight']]);
  assert.equal(outputs(model, [...hashed('mine', 5 * 16 * 12 * 2)], 5).length, 15);
});

test('a perceptron on vectors by hand: two inputs, one hidden layer', () => {
  const three: Layer = { type: 'three', place: (input) => ({ output: input, apply: (x) => tensor([...x.values()].map((value) => 3 + value), x.shape) }) };
  const model = network({ name: 'perceptron', inputShape: [2], layers: sequential(linear({ outputs: 4 }), relu(), linear({ outputs: 2 }), three, scaleBy(0.5)) });
  const parameters = initialParameters(model, { seed: 1, zeroInitResidual: false });
  const [w1, b1, w2, b2] = parameters.toArrays();
  parameters.dispose();
  const x = [0.3, -0.8];
  const hidden = Array.from({ length: 4 }, (_, unit) => Math.max(0, b1![unit]! + x.reduce((sum, value, input) => sum + value * w1![input * 4 + unit]!, 0)));
  const expected = [0, 1].map((output) => (3 + b2![output]! + hidden.reduce((sum, value, unit) => sum + value * w2![unit * 2 + output]!, 0)) / 2);
  // Four products of numbers below 1 in single precision.
  expectAllClose(outputs(model, x, 1), expected, { absolute: 1e-6 });
});

test('batch norm of vectors takes the moments of each feature over the batch', () => {
  const model = network({ name: 'norm', inputShape: [2], layers: batchNorm({ scale: false, epsilon: 0 }) });
  // Features (1, 3) and (0, 4): means 2 and 2, deviations 1 and 2.
  assert.deepEqual(outputs(model, [1, 0, 3, 4], 2, true), [-1, -1, 1, 1]);
});

test('observed layers are shown under their own names, others are not', () => {
  const layers = sequential({ first: observed(linear({ outputs: 3 })), second: gelu(), third: observed(linear({ outputs: 2 }), 'head') });
  const model = network({ name: 'seen', inputShape: [2], layers });
  const seen: string[] = [];
  scope(() => {
    const parameters = initialParameters(model, { seed: 0, zeroInitResidual: false });
    model.apply(tensor([1, 2], [1, 2]), { parameters: parameters.tensors, statistics: [], training: false, updated: [], observe: (name, { shape }) => seen.push(`${name} ${shape.join()}`) });
  });
  assert.deepEqual(seen, ['first 1,3', 'head 1,2']);
});

const REFUSED: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['an output that is no vector', () => network({ name: 'n', inputShape: [8, 8, 3], layers: conv({ filters: 4 }) }), /"n" gives outputs of shape \[batch, 8, 8, 4\], expected \[batch, classes\]/],
  ['a convolution of vectors', () => network({ name: 'n', inputShape: [8], layers: sequential({ first: conv({ filters: 4 }) }) }), /conv "first": expected inputs of shape \[height, width, channels\], got \[8\]/],
  ['a linear layer on maps', () => network({ name: 'n', inputShape: [8, 8, 3], layers: linear({ outputs: 2 }) }), /linear: expected inputs of shape \[features\], got \[8, 8, 3\]; put flatten/],
  ['filters larger than the map', () => network({ name: 'n', inputShape: [2, 2, 3], layers: conv({ filters: 1, kernel: 5, padding: 0 }) }), /filters of 5 x 5 do not fit into inputs of 2 x 2/],
  ['windows larger than the map', () => network({ name: 'n', inputShape: [2, 2, 3], layers: maxPool({ size: 3 }) }), /windows of 3 x 3 do not fit/],
  ['a mean of vectors', () => network({ name: 'n', inputShape: [2], layers: globalAveragePool() }), /globalAveragePool: expected inputs of shape/],
  ['a residual branch of another shape', () => network({ name: 'n', inputShape: [4, 4, 3], layers: sequential({ a: residual({ conv: conv({ filters: 4 }) }) }) }), /residual "a": the branch ends with shape \[4, 4, 4\], the shortcut with \[4, 4, 3\]/],
  ['one name twice', () => network({ name: 'n', inputShape: [4, 4, 3], layers: sequential({ a: residual({ conv: conv({ filters: 3 }) }, { shortcut: { conv: conv({ filters: 3 }) } }), pool: globalAveragePool() }) }), /two parameters of "n" are called a.conv.weight/],
  ['no input shape', () => network({ name: 'n', inputShape: [], layers: relu() }), /expected an inputShape of positive integers/],
  ['a fractional number of filters', () => conv({ filters: 1.5 }), /conv: expected filters to be an integer of at least 1, got 1.5/],
  ['half a pixel of padding', () => conv({ filters: 1, kernel: 2 }), /conv: expected padding to be an integer of at least 0, got 0.5/],
  ['a momentum of 0', () => batchNorm({ momentum: 0 }), /batchNorm: expected momentum in \(0, 1\]/],
  ['an infinite factor', () => scaleBy(Infinity), /scaleBy: expected a finite factor/],
  ['a layer that was not called', () => sequential({ act: relu as unknown as Layer }), /expected a layer in "act", .* got a function; call it/],
];

for (const [what, make, message] of REFUSED) {
  test(`${what} is refused, naming what is expected`, () => {
    assert.throws(make, message);
  });
}

test('Dirac filters copy their channels, and the others start as usual', () => {
  const model = network({ name: 'copy', inputShape: [4, 4, 3], layers: sequential({ conv: conv({ filters: 5, initial: dirac }), pool: globalAveragePool() }) });
  const values = [...hashed('copy', 48)];
  scope(() => {
    const { tensors } = initialParameters(model, { seed: 4, zeroInitResidual: false });
    const y = conv2d(tensor(values, [1, 4, 4, 3]), tensors[0]!, { padding: 1 }).values();
    values.forEach((value, index) => assert.equal(y[Math.floor(index / 3) * 5 + (index % 3)], value));
    const rest = [...tensors[0]!.values()].filter((_, index) => index % 5 >= 3);
    assert.ok(rest.every((value) => value !== 0 && Math.abs(value) <= 1 / Math.sqrt(27)));
  });
});

/** Images with channels and neighbours that depend on each other. */
function correlatedExamples(count: number): Examples {
  const u = hashed('examples', count * 8 * 8 * 3);
  const values = u.map((value, index) => 0.5 + value + 0.8 * (u[index - 3] ?? 0) + 0.4 * (u[index - 1] ?? 0));
  return { values, count, shape: [8, 8, 3] };
}

test('the outputs of whitening filters are uncorrelated, with mean squares lambda / (lambda + epsilon), largest first', () => {
  const examples = correlatedExamples(40);
  const epsilon = 0.05;
  scope(() => {
    const filters = tensor(whitening(epsilon)({ shape: [2, 2, 3, 24], rng: random(0), examples: () => examples }), [2, 2, 3, 24]);
    const answers = conv2d(tensor(examples.values, [40, 8, 8, 3]), filters).values();
    const positions = answers.length / 24;
    const product = (i: number, j: number): number => {
      let sum = 0;
      for (let position = 0; position < positions; position++) {
        sum += answers[position * 24 + i]! * answers[position * 24 + j]!;
      }
      return sum / positions;
    };
    const filter = (f: number): number[] => [...filters.values()].filter((_, index) => index % 24 === f);
    let largest = Infinity;
    for (let i = 0; i < 12; i++) {
      // |v / sqrt(lambda + epsilon)|^2 = 1 / (lambda + epsilon) gives lambda.
      const lambda = 1 / filter(i).reduce((sum, value) => sum + value ** 2, 0) - epsilon;
      assert.ok(lambda > 0 && lambda <= largest);
      largest = lambda;
      // Sums of 12 products in single precision.
      expectAllClose(Array.from({ length: 12 }, (_, j) => product(i, j)), Array.from({ length: 12 }, (_, j) => (i === j ? lambda / (lambda + epsilon) : 0)), { absolute: 1e-5 });
      assert.deepEqual(filter(i + 12), filter(i).map((value) => -value));
    }
  });
});

test('whitening needs training images, with the channels of the filters', () => {
  const model = fastNetwork(10);
  const before = tensorCount();
  assert.throws(() => initialParameters(model, { seed: 0, zeroInitResidual: false }), /whitening layer starts from training images/);
  const vectors: Examples = { values: new Float32Array(4), count: 2, shape: [2] };
  assert.throws(() => initialParameters(model, { seed: 0, zeroInitResidual: false, examples: () => vectors }), { name: 'RangeError', message: /expected images with 3 channels .* got inputs of shape \[2\]/ });
  const odd = network({ name: 'odd', inputShape: [8, 8, 3], layers: sequential({ conv: conv({ filters: 10, kernel: 2, padding: 0, initial: whitening() }), pool: globalAveragePool() }) });
  assert.throws(() => initialParameters(odd, { seed: 0, zeroInitResidual: false, examples: correlatedExamples }), /expected images with 3 channels and 24 filters, .* and 10 filters/);
  assert.equal(tensorCount(), before);
});

test('the fast network has the 1.97 million parameters of its source, and its initialisation', () => {
  // whiten 288 + 24, group 1: 9 * 64 * (24 + 64), groups 2 and 3: 9 * 256 * (64 + 256) and 9 * 256 * 512, shifts 2 (64 + 256 + 256), linear 2560.
  assert.equal(parameterCount(fastNetwork(10)), 312 + 50_688 + 737_280 + 1_179_648 + 1152 + 2560);
  assert.equal(parameterCount(fastNetwork(100)) - parameterCount(fastNetwork(10)), 90 * 256);
  assert.deepEqual([...constant(2)({ shape: [3], rng: random(0), examples: correlatedExamples })], [2, 2, 2]);
});

test('weights of networks of one\'s own are saved and loaded as those of ResNets, and refused where classes differ', () => {
  withTemporaryFolder((folder) => {
    const before = tensorCount();
    const file = join(folder, 'fast.safetensors');
    const model = fastNetwork(10);
    const parameters = initialParameters(model, { seed: 0, zeroInitResidual: false, examples: correlatedExamples });
    const statistics = initialStatistics(model);
    saveWeights(file, model, parameters, statistics);
    const loaded = loadWeights(file, fastNetwork(10));
    assert.deepEqual(loaded.parameters.toArrays(), parameters.toArrays());
    assert.throws(() => loadWeights(file, fastNetwork(100)), /not saved from fast with 100 classes \(other shapes: linear.weight is \[10, 256\] instead of \[100, 256\]\)/);
    [parameters, loaded.parameters].forEach((vector) => vector.dispose());
    [statistics, loaded.statistics].forEach(disposeStatistics);
    assert.equal(tensorCount(), before);
  });
});
