import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { smoothedTargets, softmaxCrossEntropy } from '../engine/crossEntropy';
import { pinKernels } from '../engine/kernelChoice';
import { valueAndGradient } from '../engine/tape';
import { scope, tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import { hashedTensor } from '../testing/opCase';
import { createModel } from './create';
import { disposeStatistics, initialParameters, initialStatistics } from './initialise';
import { mixedPrecision } from './mixedPrecision';
import type { Model } from './model';

afterEach(() => pinKernels());

interface Found {
  readonly loss: number;
  readonly gradient: TensorVector;
}

const float32 = createModel('resnet20', 'cifar', 10);
const parameters = initialParameters(float32, { seed: 0, zeroInitResidual: true });

function gradientOf(model: Model): Found {
  return scope(
    () => {
      const images = hashedTensor('images', [16, 32, 32, 3]);
      const targets = smoothedTargets(Array.from({ length: 16 }, (_, row) => row % 10), 10, 0);
      const statistics = initialStatistics(model);
      const { value, gradients } = valueAndGradient(parameters.tensors, () => ({
        loss: softmaxCrossEntropy(model.apply(images, { parameters: parameters.tensors, statistics, training: true, updated: [] }), targets),
        auxiliary: undefined,
      }));
      disposeStatistics(statistics);
      return { loss: value, gradient: new TensorVector(model.parameters, gradients) };
    },
    ({ gradient }) => gradient.tensors,
  );
}

test('a network in mixed precision has nearly, but not exactly, the loss and gradient of float32', () => {
  const [full, mixed] = [gradientOf(float32), gradientOf(mixedPrecision(float32))];
  // Activations of some twenty layers are each rounded by 2^-9 at most, in the backward pass their gradients too.
  assert.ok(Math.abs(mixed.loss - full.loss) < 20 * 2 ** -9 * full.loss);
  const difference = mixed.gradient.plus(full.gradient, -1);
  const relative = difference.norm() / full.gradient.norm();
  assert.ok(relative > 1e-4 && relative < 2 * 20 * 2 ** -9, `relative difference ${relative}`);
  [difference, full.gradient, mixed.gradient].forEach((vector) => vector.dispose());
});

test('where float32 activations are chosen, the numbers are those of float32, bit for bit; timing them leaves no tensor', () => {
  gradientOf(mixedPrecision(float32)).gradient.dispose();
  const before = tensorCount();
  const timed: string[] = [];
  pinKernels((computation, names, time) => {
    if (!computation.startsWith('activations')) {
      return names[0]!;
    }
    names.forEach((name) => {
      assert.ok(time(name) > 0);
      timed.push(name);
    });
    return 'float32';
  });
  const mixed = gradientOf(mixedPrecision(float32));
  pinKernels();
  const full = gradientOf(float32);
  assert.deepEqual(timed, ['bfloat16', 'float32']);
  assert.equal(mixed.loss, full.loss);
  assert.deepEqual(mixed.gradient.toArrays(), full.gradient.toArrays());
  [full.gradient, mixed.gradient].forEach((vector) => vector.dispose());
  assert.equal(tensorCount(), before);
});
