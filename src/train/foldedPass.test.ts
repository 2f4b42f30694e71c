import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { binding } from '../engine/binding';
import { forgetUsedKernels, pinKernels, usedKernels } from '../engine/kernelChoice';
import { random } from '../engine/random';
import { tensorCount } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import { createModel } from '../models/create';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { mixedPrecision } from '../models/mixedPrecision';
import type { Model } from '../models/model';
import { sgd } from '../optim/sgd';
import { batchGradient, batchLogits, type NetworkState } from './network';

afterEach(() => pinKernels());

const SIZE = 8;
const SHAPE = [32, 32, 3];

function noise(): Float32Array {
  const draw = random(0, 'images');
  return Float32Array.from({ length: SIZE * 32 * 32 * 3 }, () => draw.normal());
}

const BATCH = { images: noise(), labels: Int32Array.from({ length: SIZE }, (_, row) => row), size: SIZE };

/** With statistics of a batch, so that means and variances are those of its channels. */
function networkOf(model: Model): NetworkState {
  const parameters = initialParameters(model, { seed: 1, zeroInitResidual: false, examples: () => ({ values: noise(), count: SIZE, shape: SHAPE }) });
  const start = initialStatistics(model);
  const { gradient, statistics } = batchGradient(model, parameters, start, BATCH, 0);
  gradient.dispose();
  disposeStatistics(start);
  return { parameters, statistics };
}

function choose(form: 'apart' | 'folded', kernel = 'oneDNN, fused'): void {
  pinKernels((_, names) => [form, kernel].find((name) => names.includes(name)) ?? names[0]!);
}

function logits(model: Model, { parameters, statistics }: NetworkState): Float32Array {
  return batchLogits(model, parameters, { statistics, training: false }, BATCH);
}

function difference(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!))) / Math.max(...b.map(Math.abs));
}

function dispose({ parameters, statistics }: NetworkState): void {
  parameters.dispose();
  disposeStatistics(statistics);
}

for (const [name, stem] of [['resnet50', 'cifar'], ['resnet50', 'imagenet'], ['resnet20', 'cifar'], ['fast', 'cifar']] as const) {
  test(`${name}, ${stem} stem, gives the same logits with batch norm folded, by graphs too, and leaves nothing`, () => {
    const before = tensorCount();
    const model = createModel(name, stem, 10);
    const network = networkOf(model);
    choose('apart');
    const apart = logits(model, network);
    choose('folded');
    forgetUsedKernels();
    const found = [0, 1, 2].map(() => logits(model, network));
    assert.ok(Object.values(usedKernels()).includes('oneDNN, fused'), 'fused kernels compute');
    // Up to 53 layers round to 6e-8 each, with sums of up to 4,608 terms in other orders: about 1e-6 a layer at worst.
    found.forEach((one) => assert.ok(difference(one, apart) < 53e-6, String(difference(one, apart))));
    assert.deepEqual(found[2], found[0]);
    dispose(network);
    assert.equal(tensorCount(), before);
  });
}

test('in mixed precision, folded and separate passes are about equally far from float32', () => {
  const model = createModel('resnet20', 'cifar', 10);
  const network = networkOf(model);
  const exact = logits(model, network);
  const errors = (['apart', 'folded'] as const).map((form) => {
    // Processors without AVX-512 have no batch norm of oneDNN in bfloat16.
    choose(form, 'TensorFlow');
    return difference(logits(mixedPrecision(model), network), exact);
  }) as [number, number];
  // bfloat16 rounds to 4e-3; twenty layers of it, whose roundings are independent, are some 2e-2.
  assert.ok(errors[0] > 1e-4 && errors[1] > 1e-4 && Math.max(...errors) < 0.1, errors.join());
  assert.ok(errors[1] < 3 * errors[0], errors.join());
  dispose(network);
});

test('folded filters are used again for the same weights and statistics, and never for others', () => {
  const model = createModel('resnet20', 'cifar', 10);
  const network = networkOf(model);
  choose('folded');
  const first = logits(model, network);
  const executeOp = binding.executeOp.bind(binding);
  const rsqrts = (): number => {
    let count = 0;
    binding.executeOp = (op, ...given) => (count += op === 'Rsqrt' ? 1 : 0, executeOp(op, ...given));
    try {
      logits(model, network);
    } finally {
      binding.executeOp = executeOp;
    }
    return count;
  };
  assert.equal(rsqrts(), 0);

  const optimizer = sgd<TensorVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  const direction = initialParameters(model, { seed: 2, zeroInitResidual: false });
  const velocity = optimizer.init(network.parameters);
  optimizer.update(network.parameters, direction, velocity, 0.1);
  const moved = logits(model, network);
  choose('apart');
  const apart = logits(model, network);
  assert.ok(difference(moved, apart) < 53e-6);
  assert.ok(difference(first, apart) > 1e-2, 'the step changes the logits');

  choose('folded');
  const others = networkOf(model);
  const fresh = { parameters: network.parameters, statistics: initialStatistics(model) };
  const withFresh = logits(model, fresh);
  choose('apart');
  assert.ok(difference(withFresh, logits(model, fresh)) < 53e-6, 'other statistics');
  [direction, velocity].forEach((vector) => vector.dispose());
  disposeStatistics(fresh.statistics);
  [network, others].forEach(dispose);
});

test('pinned kernels leave evaluation as it was', () => {
  const model = createModel('resnet20', 'cifar', 10);
  const network = networkOf(model);
  forgetUsedKernels();
  logits(model, network);
  const used = usedKernels();
  assert.equal(used['batch norm in evaluation of resnet20, 10 classes, 8 images'], 'apart');
  assert.ok(!Object.keys(used).some((computation) => computation.startsWith('convolution with bias')));
  dispose(network);
});
