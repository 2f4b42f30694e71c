import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { typeAttribute } from '../../engine/binding';
import { relu } from '../../engine/activation';
import { record } from '../../engine/tape';
import { execute1, tensorCount, type Tensor } from '../../engine/tensor';
import { TensorVector } from '../../engine/tensorVector';
import { createModel } from '../../models/create';
import { disposeStatistics } from '../../models/initialise';
import { residual, sequential } from '../../models/combine';
import { network, type Shape } from '../../models/layer';
import { batchNorm, conv, globalAveragePool, linear } from '../../models/layers';
import type { Model } from '../../models/model';
import { STEM_POOL } from '../../models/resnet';
import { expectAllClose } from '../../testing/expectAllClose';
import { readFixture } from '../../testing/fixture';
import { hashed } from '../../testing/hashed';
import { hashedParameters, hashedStatistics, hashedVector } from '../../testing/hashedNetwork';
import { networkLoss } from '../networkLoss';
import { columnsOf } from '../testing/dense';
import { pictures } from '../testing/network';
import { gaussNewton } from './gaussNewton';
import { hessian } from './hessian';
import { secantCurvature } from './secantCurvature';
import { spectralDensity } from './spectralDensity';
import { symmetricEigen } from './symmetricEigen';
import { symmetryOf } from './symmetry';
import { topEigenvalues } from './topEigenvalues';
import { hessianTrace } from './trace';

/** Numbers that identify a dense matrix. */
interface MatrixSummary {
  /** The largest first. */
  readonly eigenvalues: readonly number[];
  /** Of the columns. */
  readonly norms: readonly number[];
  /** With the hashed vector `probe`. */
  readonly product: readonly number[];
}

/** PyTorch's double backward in double precision (make_second_derivatives.py). */
interface Fixture {
  readonly every: { readonly images: number; readonly smoothing: number } & Readonly<Record<'frozen' | 'batch' | 'kinked', MatrixSummary>>;
  readonly resnet50: { readonly images: number; readonly products: Readonly<Record<'imagenet' | 'cifar', readonly { readonly norm: number; readonly along: number; readonly probe: number }[]>> };
}

const fixture = readFixture('secondDerivatives.json') as Fixture;

/** The network `Every` of make_second_derivatives.py: convolutions of all kinds, a max-pool, a residual block and an affine layer. */
function everyLayer(activation: (x: Tensor) => Tensor = relu): Model {
  const stem = { conv1: conv({ filters: 2, stride: 4 }), bn1: batchNorm({ activation: 'relu' }), pool: STEM_POOL };
  const block = residual(
    { conv2: conv({ filters: 3, stride: 2 }), bn2: batchNorm() },
    { shortcut: { shortcut: conv({ kernel: 1, filters: 3, stride: 2 }), bns: batchNorm() } },
  );
  const last = { conv3: conv({ filters: 2 }), bn3: batchNorm(), activation: { type: 'activation', place: (input: Shape) => ({ output: input, apply: activation }) } };
  const layers = sequential({ ...stem, '': block, ...last, mean: globalAveragePool(), linear: linear({ outputs: 3 }) });
  return network({ name: 'every layer', inputShape: [32, 32, 3], layers });
}

/** The weights of `unsettle`, optionally on a kink: the first channel of the first batch norm is 0. */
function weightsOf(model: Model, kinked: boolean): TensorVector {
  const filled = hashedParameters(model);
  const arrays = filled.toArrays().map((values, index) => {
    const { name, kind } = model.parameters[index]!;
    const own = kind === 'normShift' ? values.map((value) => value / 8) : values;
    return kinked && name.startsWith('bn1.') ? own.map((value, channel) => (channel === 0 ? 0 : value)) : own;
  });
  filled.dispose();
  return TensorVector.from(model.parameters, arrays);
}

interface Setting {
  readonly batchNorm?: 'frozen' | 'batch';
  readonly kinked?: boolean;
  readonly batchSize?: number;
  readonly model?: Model;
}

/** Runs `body` on the loss of the network with every layer, then counts tensors and compares the weights. */
async function onEveryLayer({ batchNorm = 'frozen', kinked = false, batchSize = 6, model = everyLayer() }: Setting, body: (loss: ReturnType<typeof networkLoss>, w: TensorVector) => Promise<void>): Promise<void> {
  const before = tensorCount();
  const [w, statistics] = [weightsOf(model, kinked), hashedStatistics(model)];
  const saved = w.toArrays();
  await body(networkLoss(model, { statistics }, pictures('second derivatives', fixture.every.images, 3), { normalization: 'half', labelSmoothing: fixture.every.smoothing, batchNorm, batchSize }), w);
  assert.deepEqual(w.toArrays(), saved);
  w.dispose();
  disposeStatistics(statistics);
  assert.equal(tensorCount(), before);
}

/** In units of the matrix's norm: sums of at most 6 x 64 products rounded by 2^-24, through 8 layers forward and backward; a wrong term changes some per cent. */
const ROUNDING = 16 * Math.sqrt(6 * 64) * 2 ** -24;

for (const [name, setting, expected] of [
  ['batch norm frozen', { batchSize: 4 }, fixture.every.frozen],
  ["the batch's own moments", { batchNorm: 'batch' }, fixture.every.batch],
  ['a point on the kinks of a ReLU', { kinked: true }, fixture.every.kinked],
] as const) {
  test(`PyTorch's dense Hessian of a network with every layer: ${name}`, async () => {
    await onEveryLayer(setting, async (loss, w) => {
      const matrix = hessian(loss, w);
      assert.equal(matrix.source.products, 'exact');
      const columns = await columnsOf(matrix);
      const probe = hashed('probe', columns.length);
      const norm = Math.hypot(...expected.norms);
      expectAllClose(columns.map((column) => Math.hypot(...column)), expected.norms, { absolute: ROUNDING * norm }, 'norms of columns');
      expectAllClose(probe.map((_, row) => columns.reduce((sum, column, at) => sum + probe[at]! * column[row]!, 0)), expected.product, { absolute: ROUNDING * norm }, 'product');
      expectAllClose(symmetricEigen(columns).map(({ value }) => value), expected.eigenvalues, { absolute: ROUNDING * norm }, 'eigenvalues');
      assert.ok((await symmetryOf(matrix)).symmetric);
    });
  });
}

test('the moments of the density are those of the dense matrix and of the trace, and its ends are eigenvalues', async () => {
  await onEveryLayer({}, async (loss, w) => {
    const { eigenvalues } = fixture.every.frozen;
    const matrix = hessian(loss, w);
    const { quadratures, dimension, residual: left, converged } = await spectralDensity(matrix, { probes: 6, steps: 25, seed: 0 });
    const { trace, standardError } = await hessianTrace(matrix, { products: 12, tolerance: 0, seed: 1 });
    for (const power of [1, 2]) {
      const exact = eigenvalues.reduce((sum, value) => sum + value ** power, 0);
      const samples = quadratures.map(({ values, weights }) => dimension * values.reduce((sum, value, index) => sum + weights[index]! * value ** power, 0));
      const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
      const error = Math.sqrt(samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / (samples.length * (samples.length - 1)));
      assert.ok(Math.abs(mean - exact) <= 3 * error, `moment ${power}: ${mean} ± ${error}, expected ${exact}`);
      assert.ok(power === 2 || Math.abs(mean - trace) <= 3 * Math.hypot(error, standardError), `${mean} ± ${error} and ${trace} ± ${standardError}`);
    }
    const ends = [Math.max(...quadratures.map(({ values }) => values[0]!)), Math.min(...quadratures.map(({ values }) => values.at(-1)!))];
    assert.ok(converged);
    expectAllClose(ends, [eigenvalues[0]!, eigenvalues.at(-1)!], { absolute: left + 1e-4 * eigenvalues[0]! });
  });
});

test('finite differences across kinks are recognised: two step sizes disagree, the matrix is not symmetric, and nothing has converged', async () => {
  await onEveryLayer({}, async (loss, w) => {
    const { result: exact, vectors: own } = await topEigenvalues(hessian(loss, w), { count: 1, seed: 0 });
    assert.deepEqual([exact.converged, exact.symmetric, exact.eigenvalues[0]!.stepError], [true, true, undefined]);
    const { result, vectors } = await topEigenvalues(hessian(loss, w, { products: 'differences', step: 0.3 }), { count: 1, seed: 0, tolerance: 1e-3 });
    assert.deepEqual([result.source.products, result.source.step, result.source.reason], ['differences', 0.3, 'asked for']);
    assert.deepEqual([result.converged, result.symmetric], [false, false], `asymmetry ${result.asymmetry}, step error ${result.eigenvalues[0]!.stepError}`);
    assert.ok(result.eigenvalues[0]!.stepError! > 1e-3 * result.eigenvalues[0]!.value);
    [...own, ...vectors].forEach((vector) => vector.dispose());
  });
});

/** softplus by an op without a tangent rule. */
function softplus(x: Tensor): Tensor {
  const attributes = [typeAttribute('T', 'float32')];
  return record([x], execute1('Softplus', attributes, [x]), () => ({ saved: [x], backward: (dy) => [execute1('SoftplusGrad', attributes, [dy, x])] }));
}

function warnings(t: TestContext): unknown[] {
  const said: unknown[] = [];
  t.mock.method(console, 'warn', (text: unknown) => said.push(text));
  return said;
}

test('an operation without a tangent rule falls back to finite differences, as the record and one message say', async (t) => {
  const said = warnings(t);
  await onEveryLayer({ model: everyLayer(softplus) }, async (loss, w) => {
    const matrices = [hessian(loss, w), gaussNewton(loss, w)];
    for (const { source } of matrices) {
      assert.deepEqual([source.products, source.step, source.reason], ['differences', 0.002, 'Softplus cannot be differentiated twice']);
    }
    assert.equal(said.length, 1);
    assert.match(String(said[0]), /^hessian: Softplus cannot be differentiated twice, so products are differences/);
    assert.throws(() => hessian(loss, w, { products: 'exact' }), { name: 'RangeError', message: /no exact products, for Softplus cannot be differentiated twice/ });
    (await matrices[0]!.matvec(w)).dispose();
    return Promise.resolve();
  });
});

test('bad directions and options are refused before a product is computed', async () => {
  await onEveryLayer({}, async (loss, w) => {
    for (const matrix of [hessian(loss, w), gaussNewton(loss, w)]) {
      const name = matrix.source.matrix;
      const zero = w.zeros();
      await assert.rejects(matrix.matvec(zero), { name: 'RangeError', message: `${name}: expected a direction of finite length above 0, got 0; a zero direction has no derivative along it.` });
      const infinite = w.times(Infinity);
      await assert.rejects(matrix.matvec(infinite), /finite length above 0, got (NaN|Infinity)/);
      const part = w.select(['weight']);
      await assert.rejects(matrix.matvec(part), { name: 'RangeError', message: /different architectures: parameter 1 is/ });
      [zero, infinite, part].forEach((vector) => vector.dispose());
    }
    assert.throws(() => hessian(loss, w, { step: 0.01 }), { name: 'RangeError', message: /products with this loss are exact and take no step, got a step of 0.01/ });
    assert.throws(() => hessian(loss, w, { block: { kinds: [] } }), /expected at least one parameter/);
    await assert.rejects(secantCurvature(loss, w, w, { rho: 0 }), /expected a step above 0, got 0/);
  });
});

test('the curvature over a distance approaches that at the point as the distance shrinks', async () => {
  await onEveryLayer({}, async (loss, w) => {
    const { result, vectors } = await topEigenvalues(hessian(loss, w), { count: 1, seed: 0, tolerance: 1e-4 });
    const { curvature, rho } = await secantCurvature(loss, w, vectors[0]!, { rho: 1e-3 });
    assert.equal(rho, 1e-3);
    // The h² term is below 1e-5 here, and gradients of about 1 are rounded by 1e-6 / 1e-3, unless a kink lies within 1e-3.
    expectAllClose([curvature], [result.eigenvalues[0]!.value], { relative: 0.1 });
    vectors.forEach((vector) => vector.dispose());
  });
});

const ROUNDING_50 = 2e-4;

for (const stem of ['imagenet', 'cifar'] as const) {
  test(`products with the Hessian of ResNet-50 with the ${stem} stem are PyTorch's`, async () => {
    const before = tensorCount();
    const model = createModel('resnet50', stem, 10);
    const [w, statistics] = [hashedParameters(model), hashedStatistics(model)];
    const { images, products } = fixture.resnet50;
    const matrix = hessian(networkLoss(model, { statistics }, pictures('second derivatives resnet50', images, 10), { normalization: 'half', batchNorm: 'frozen' }), w);
    const probe = hashedVector(model, 'probe');
    for (const [index, { norm, along, probe: expected }] of products[stem].entries()) {
      const v = hashedVector(model, `direction ${index}`);
      const product = await matrix.matvec(v);
      // 53 layers forward and backward, each rounded by 6e-8 sqrt(terms): some 1e-4 of the product's length, of which four deviations lie along another vector.
      expectAllClose([product.norm()], [norm], { relative: ROUNDING_50 });
      const along4 = (4 / Math.sqrt(matrix.dimension)) * ROUNDING_50 * norm;
      expectAllClose([product.dot(v), product.dot(probe)], [along, expected], { absolute: along4 * v.norm() });
      [v, product].forEach((vector) => vector.dispose());
    }
    [w, probe].forEach((vector) => vector.dispose());
    disposeStatistics(statistics);
    assert.equal(tensorCount(), before);
  });
}
