import assert from 'node:assert/strict';
import { before, test, type TestContext } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { dynamicMask } from '../optim/dynamicMask';
import { fgsm } from '../optim/fgsm';
import { fisherMask } from '../optim/fisherMask';
import type { PerturbationRule } from '../optim/perturbation';
import { sam } from '../optim/sam';
import { sparse } from '../optim/sparse';
import { expectAllClose } from '../testing/expectAllClose';
import { SharpnessAwareOptimizer } from './sharpnessAwareOptimizer';

before(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** Makes the backend return numbers only through promises, as WebGPU does outside a browser. */
function forbidReadingAtOnce(context: TestContext): void {
  const backend = tf.backend();
  const readSync = backend.readSync.bind(backend);
  context.mock.method(backend, 'read', async (data: object) => Promise.resolve(readSync(data)));
  context.mock.method(backend, 'readSync', () => {
    throw new Error('asynchronous only');
  });
}

function bowl(): { readonly w: tf.Variable; readonly loss: () => tf.Scalar } {
  const w = tf.tidy(() => tf.variable(tf.tensor2d([[1.5, 1], [-0.25, 2]])));
  return { w, loss: () => tf.tidy(() => tf.sum(tf.mul(tf.square(w), tf.tensor2d([[0.5, 1], [2, 0.25]])))) };
}

const masked = sparse(sam(), dynamicMask({ sparsity: 0.5, dropRate: 0.5, every: 2, totalSteps: 4, seed: 3 }));

async function stepInTwo(optimizer: SharpnessAwareOptimizer, loss: () => tf.Scalar): Promise<void> {
  const first = optimizer.computeGradients(loss);
  await optimizer.ascendAsync(first.grads);
  const second = optimizer.computeGradients(loss);
  optimizer.applyGradients(second.grads);
  tf.dispose([first.value, first.grads, second.value, second.grads]);
}

for (const [name, rule] of [['SAM', sam()], ['SSAM-D, which keeps a state', masked]] as readonly (readonly [string, PerturbationRule])[]) {
  test(`ascending asynchronously leads where ascending leads: ${name}`, async (context) => {
    const made = (): SharpnessAwareOptimizer => new SharpnessAwareOptimizer(tf.train.momentum(0.125, 0.5), { rho: 0.5, rule });
    const [expected, found] = [bowl(), bowl()];
    const [whole, parts] = [made(), made()];
    for (let step = 0; step < 4; step++) {
      whole.minimize(expected.loss);
    }
    forbidReadingAtOnce(context);
    await stepInTwo(parts, found.loss);
    const held = tf.memory().numTensors;
    for (let step = 1; step < 4; step++) {
      await stepInTwo(parts, found.loss);
    }
    assert.equal(tf.memory().numTensors, held);
    // In double precision instead of single: four steps round numbers of size 1 some ten times each to 2^-24.
    expectAllClose(await found.w.data(), await expected.w.data(), { absolute: 1e-5 });
  });
}

test('minimize says what to do where numbers cannot be read at once, and leaves the weights as they are', async (context) => {
  const { w, loss } = bowl();
  forbidReadingAtOnce(context);
  assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05 }).minimize(loss), {
    message: /the backend cpu cannot read numbers synchronously here.*ascendAsync, or choose another backend/,
  });
  assert.deepEqual([...(await w.data())], [1.5, 1, -0.25, 2]);
});

test('an asynchronous ascend refuses rules that need more of the loss, and a second ascend, and leaves the weights and no tensor', async () => {
  const { w, loss } = bowl();
  const made = (rule: PerturbationRule): SharpnessAwareOptimizer => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05, rule, images: { count: () => 2, loss } });
  const [twice, steps, fisher] = [made(sam()), made(fgsm({ steps: 2 })), made(sparse(sam(), fisherMask({ sparsity: 0.5, samples: 2, every: 1 })))];
  const noNumbers = made({ name: 'mine', perturb: ({ gradient }) => gradient.times(NaN) });
  const nothing = made({ name: 'mine', perturb: ({ gradient }) => gradient.select([]) });
  const { value, grads } = twice.computeGradients(loss);
  const held = tf.memory().numTensors;
  await assert.rejects(steps.ascendAsync(grads), /FGSM asks for gradients at further points/);
  await assert.rejects(fisher.ascendAsync(grads), /reads gradients of single images/);
  await assert.rejects(noNumbers.ascendAsync(grads), /mine returned a perturbation of norm NaN/);
  await assert.rejects(nothing.ascendAsync(grads), /mine returned a perturbation of layout/);
  const [first, second] = await Promise.allSettled([twice.ascendAsync(grads), twice.ascendAsync(grads)]);
  assert.deepEqual([first.status, second.status], ['fulfilled', 'rejected']);
  twice.restore();
  assert.deepEqual([...w.dataSync()], [1.5, 1, -0.25, 2]);
  assert.equal(tf.memory().numTensors, held);
  tf.dispose([value, grads]);
});
