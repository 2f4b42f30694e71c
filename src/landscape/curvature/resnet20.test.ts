import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCount } from '../../engine/tensor';
import type { TensorVector } from '../../engine/tensorVector';
import { sizeOf } from '../../engine/shape';
import { cifarResNet } from '../../models/cifarResnet';
import { disposeStatistics, initialStatistics } from '../../models/initialise';
import { expectAllClose } from '../../testing/expectAllClose';
import { readFixture } from '../../testing/fixture';
import { hashed } from '../../testing/hashed';
import { networkLoss } from '../networkLoss';
import type { OutputFunction } from '../operator';
import { openOrShut, pictures } from '../testing/network';
import { hessian } from './hessian';
import { topEigenvalues } from './topEigenvalues';
import { hessianTrace } from './trace';

/** PyTorch's autograd in double precision on the same weights and images, in training mode (make_curvature.py). */
interface ResNet20Fixture {
  readonly images: number;
  readonly loss: number;
  readonly largestEigenvalue: number;
  /** zᵀ H z for hashed signs z. */
  readonly samples: readonly number[];
}

const { resnet20: fixture } = readFixture('curvature.json') as { readonly resnet20: ResNet20Fixture };

async function onResNet20(body: (loss: OutputFunction<TensorVector>, w: TensorVector) => Promise<void>): Promise<void> {
  const before = tensorCount();
  const model = cifarResNet('resnet20', 10);
  const w = openOrShut(model, 'bn2');
  const statistics = initialStatistics(model);
  await body(networkLoss(model, { statistics }, pictures('curvature resnet20', fixture.images, 10), { normalization: 'half', batchNorm: 'batch' }), w);
  w.dispose();
  disposeStatistics(statistics);
  assert.equal(tensorCount(), before);
}

function hashedSigns(w: TensorVector, index: number): TensorVector {
  return w.withElements(
    w.specs.map(({ name, shape }) => hashed(`signs ${index}/${name}`, sizeOf(shape)).map((value) => (value < 0 ? -1 : 1))),
  );
}

test("the largest eigenvalue of ResNet-20's Hessian is PyTorch's within 0.1 %", async () => {
  await onResNet20(async (loss, w) => {
    const { result, vectors } = await topEigenvalues(hessian(loss, w), { count: 1, seed: 0 });
    vectors.forEach((vector) => vector.dispose());
    assert.equal(result.converged, true);
    expectAllClose([result.eigenvalues[0]!.value], [fixture.largestEigenvalue], { relative: 0.001 });
  });
});

test("products with ResNet-20's Hessian are PyTorch's", async () => {
  await onResNet20(async (loss, w) => {
    for (let index = 0; index < 4; index++) {
      const z = hashedSigns(w, index);
      const product = await hessian(loss, w).matvec(z);
      // Thousands of float32 roundings of 6e-8 a layer.
      expectAllClose([z.dot(product)], [fixture.samples[index]!], { relative: 1e-3 });
      [z, product].forEach((vector) => vector.dispose());
    }
  });
});

test("the trace of ResNet-20's Hessian is PyTorch's within the standard errors of both", async () => {
  const mean = fixture.samples.reduce((sum, sample) => sum + sample, 0) / fixture.samples.length;
  const squares = fixture.samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
  const uncertainty = Math.sqrt(squares / (fixture.samples.length - 1) / fixture.samples.length);
  await onResNet20(async (loss, w) => {
    const { trace, standardError } = await hessianTrace(hessian(loss, w), { products: 12, tolerance: 0, seed: 0 });
    assert.ok(Math.abs(trace - mean) <= 2 * Math.hypot(standardError, uncertainty), `${trace} +- ${standardError}, expected ${mean} +- ${uncertainty}`);
  });
});
