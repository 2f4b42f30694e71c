import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluationBatches } from '../data/batches';
import { conv2d } from '../engine/convolution';
import { scope, tensor, tensorCount } from '../engine/tensor';
import type { TensorVector } from '../engine/tensorVector';
import { cifarResNet } from '../models/cifarResnet';
import { disposeStatistics, initialParameters } from '../models/initialise';
import { expectAllClose } from '../testing/expectAllClose';
import { readFixture } from '../testing/fixture';
import { hashedStatistics } from '../testing/hashedNetwork';
import { evaluate } from '../train/evaluate';
import { batchGradient, batchImages, type NetworkState } from '../train/network';
import { networkLoss, type NetworkLossOptions } from './networkLoss';
import { StoppedError } from '../progress/work';
import { openOrShut, pictures, smallModel } from './testing/network';
import { signalWhen } from '../testing/signalWhen';

const model = smallModel();
const dataset = pictures('curvature small', 6, 3);
const frozen: NetworkLossOptions = { normalization: 'half', batchNorm: 'frozen' };

/** Runs `body` on the small network and counts the tensors that it leaves; the weights must stay as they were. */
async function onSmall(body: (network: NetworkState) => Promise<void>): Promise<void> {
  const before = tensorCount();
  const network = { parameters: openOrShut(model, 'bn1'), statistics: hashedStatistics(model) };
  const saved = network.parameters.toArrays();
  await body(network);
  assert.deepEqual(network.parameters.toArrays(), saved);
  network.parameters.dispose();
  disposeStatistics(network.statistics);
  assert.equal(tensorCount(), before);
}

function flat(vector: TensorVector): number[] {
  return vector.toArrays().flatMap((array) => [...array]);
}

/** float32 rounds logits of about 1 by 1e-7; a few roundings. */
const tolerance = { absolute: 2e-6 };
/**
 * The gradient of a filter sums over all positions of 6 images of 32 x 32 pixels. The roundings of a running sum of about 1 add up
 * like a random walk, to sqrt(6144) 2^-24 = 5e-6.
 */
const gradientTolerance = { absolute: Math.sqrt(6 * 32 * 32) * 2 ** -24 };

test("the loss is PyTorch's, in batches of any size", async () => {
  const { small } = readFixture('curvature.json') as { readonly small: { readonly loss: number; readonly smoothing: number } };
  await onSmall(async (network) => {
    for (const batchSize of [1, 4, 6, 250]) {
      const loss = networkLoss(model, network, dataset, { ...frozen, batchSize, labelSmoothing: small.smoothing });
      expectAllClose([(await loss.evaluate(network.parameters)).loss], [small.loss], tolerance);
    }
  });
});

test('with frozen batch norm loss and error are those of an evaluation', async () => {
  await onSmall(async (network) => {
    const found = await networkLoss(model, network, dataset, { ...frozen, batchSize: 4 }).evaluate(network.parameters);
    const expected = await evaluate(model, network, dataset, 'half');
    expectAllClose([found.loss, found.error!], [expected.loss, expected.top1Error], tolerance);
  });
});

test("with a batch's moments loss and gradient are those of a training step", async () => {
  await onSmall(async (network) => {
    const [batch] = evaluationBatches(dataset, { batchSize: 6, normalization: 'half' });
    const expected = batchGradient(model, network.parameters, network.statistics, batch!, 0.1);
    const { loss, gradient } = await networkLoss(model, network, dataset, { ...frozen, batchNorm: 'batch', labelSmoothing: 0.1 }).gradient(network.parameters);
    expectAllClose([loss], [expected.loss], tolerance);
    expectAllClose(flat(gradient), flat(expected.gradient), gradientTolerance);
    [gradient, expected.gradient].forEach((vector) => vector.dispose());
    disposeStatistics(expected.statistics);
  });
});

test('a gradient over several batches equals that over one', async () => {
  await onSmall(async (network) => {
    const gradients = await Promise.all([4, 6].map((batchSize) => networkLoss(model, network, dataset, { ...frozen, batchSize }).gradient(network.parameters)));
    const [inParts, whole] = gradients.map(({ gradient }) => flat(gradient));
    expectAllClose(inParts!, whole!, gradientTolerance);
    gradients.forEach(({ gradient }) => gradient.dispose());
  });
});

/** Mean and unbiased variance of the first convolution's two channels on each batch, averaged over the batches. */
function momentsByHand({ parameters }: NetworkState, batchSize: number): { readonly mean: number[]; readonly variance: number[] } {
  const batches = [...evaluationBatches(dataset, { batchSize, normalization: 'half' })].map((batch) => {
    const values = scope(() => conv2d(batchImages(batch), parameters.tensors[0]!, { stride: 1, padding: 1 }).values() as Float32Array);
    return [0, 1].map((channel) => {
      const own = values.filter((_, index) => index % 2 === channel);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      return { mean, variance: own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (own.length - 1) };
    });
  });
  const average = (of: 'mean' | 'variance') => [0, 1].map((channel) => batches.reduce((sum, batch) => sum + batch[channel]![of], 0) / batches.length);
  return { mean: average('mean'), variance: average('variance') };
}

test('re-estimated moments are the mean over all batches', async () => {
  await onSmall(async (network) => {
    const found = await networkLoss(model, network, dataset, { ...frozen, batchNorm: 're-estimated', batchSize: 3 }).evaluate(network.parameters);
    const { mean, variance } = momentsByHand(network, 3);
    const statistics = [{ mean: tensor(mean, [2]), variance: tensor(variance, [2]) }];
    const expected = await networkLoss(model, { statistics }, dataset, frozen).evaluate(network.parameters);
    expectAllClose([found.loss], [expected.loss], tolerance);
    const running = await networkLoss(model, network, dataset, frozen).evaluate(network.parameters);
    // Ten times the tolerance away: the running moments differ.
    assert.ok(Math.abs(running.loss - expected.loss) > 2e-5, `${running.loss} and ${expected.loss}`);
    disposeStatistics(statistics);
  });
});

test('a probe can be stopped between batches, and reports its progress', async () => {
  await onSmall(async (network) => {
    const seen: number[] = [];
    const options = { ...frozen, batchSize: 2, onProgress: ({ images, of }: { images: number; of: number }) => seen.push(images / of), signal: signalWhen(() => seen.length === 2) };
    await assert.rejects(networkLoss(model, network, dataset, options).gradient(network.parameters), StoppedError);
    assert.deepEqual(seen, [2 / 6, 4 / 6]);
  });
});

test('the source describes what was measured', async () => {
  await onSmall((network) => {
    assert.deepEqual(networkLoss(model, network, dataset, frozen).source, {
      name: 'small on curvature small',
      images: 6,
      precision: 'float32',
      batchSize: 250,
      batchNorm: 'frozen',
      labelSmoothing: 0,
    });
    return Promise.resolve();
  });
});

test('another architecture, bad options and a gradient of re-estimated moments are refused', async () => {
  await onSmall(async (network) => {
    const make = (options: Partial<NetworkLossOptions>, images = dataset) => networkLoss(model, network, images, { ...frozen, ...options });
    const other = initialParameters(cifarResNet('resnet20', 3), { seed: 0, zeroInitResidual: false });
    const architecture = { name: 'RangeError', message: 'networkLoss: expected a point with the parameters of small, got one of another architecture.' };
    await assert.rejects(make({}).evaluate(other), architecture);
    await assert.rejects(make({}).gradient(other), architecture);
    other.dispose();
    await assert.rejects(make({ batchNorm: 're-estimated' }).gradient(network.parameters), {
      name: 'RangeError',
      message: "networkLoss: there is no gradient with batchNorm 're-estimated'; take 'frozen', or 'batch' with large batches.",
    });
    for (const [options, images, message] of [
      [{ batchSize: 0 }, dataset, 'networkLoss: expected a batchSize of at least 1, got 0.'],
      [{ labelSmoothing: 1 }, dataset, 'networkLoss: expected labelSmoothing in [0, 1), got 1.'],
      [{ batchNorm: 'batch', batchSize: 5 }, dataset, 'networkLoss: 6 images in batches of 5 leave a batch of one image, which has no moments of its own; change batchSize.'],
      [{}, pictures('none', 0, 3), 'networkLoss: expected at least one image, got none; take a larger part of none.'],
      [{}, pictures('ten', 2, 10), 'networkLoss: small has 3 classes, ten has 10.'],
    ] as const) {
      assert.throws(() => make(options, images), { name: 'RangeError', message });
    }
  });
});
