import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCount } from '../engine/tensor';
import { networkLoss } from '../landscape/networkLoss';
import { sequential } from '../models/combine';
import { network } from '../models/layer';
import { batchNorm, conv, gelu, globalAveragePool, linear } from '../models/layers';
import { evaluate } from '../train/evaluate';
import { train } from '../train/loop';
import { disposeNetwork } from '../train/network';
import { TEST_SETTINGS } from '../train/testing/settings';
import type { Model } from '../models/model';
import { compare } from './compare';
import { datasetOf } from '../data/arrays';
import { evaluationBatches, trainingBatches } from '../data/batches';
import { symmetricLabelNoise } from '../data/labelNoise';
import { balancedSubset, splitHeldOut } from '../data/subset';

/** Points in the plane whose class is the sign of their product: a linear network cannot learn it. */
function points(count: number): { readonly inputs: number[][]; readonly labels: number[] } {
  const inputs = Array.from({ length: count }, (_, index) => [Math.cos(2.4 * index), Math.sin(2.4 * index)]);
  return { inputs, labels: inputs.map(([x, y]) => (x! * y! > 0 ? 1 : 0)) };
}

const OFF = { cropPadding: 0, flip: false, cutout: 0 } as const;

test('numbers go to the network unchanged, bytes are normalised by their own statistics', () => {
  const vectors = datasetOf({ name: 'v', inputs: [[1, -2.5], [3, 1e6]], labels: [0, 1] });
  const [batch] = evaluationBatches(vectors, { batchSize: 5, normalization: 'dataset' });
  assert.deepEqual([[...batch!.images], batch!.shape, [...batch!.labels], vectors.classNames], [[1, -2.5, 3, 1e6], [2], [0, 1], ['class 0', 'class 1']]);
  // One channel of 0 and 255: mean and deviation 1/2.
  const grey = datasetOf({ name: 'g', inputs: Uint8Array.of(0, 255, 255, 0), shape: [1, 2, 1], labels: [0, 0] });
  const [pixels] = evaluationBatches(grey, { batchSize: 5, normalization: 'dataset' });
  assert.deepEqual([...pixels!.images], [-1, 1, 1, -1]);
  const test_ = datasetOf({ name: 'g', inputs: Uint8Array.of(0, 0), shape: [1, 2, 1], labels: [0], statistics: grey.statistics! });
  assert.deepEqual([...[...evaluationBatches(test_, { batchSize: 1, normalization: 'dataset' })][0]!.images], [-1, -1]);
});

test('images of any size are cropped, mirrored and cut out', () => {
  // A ramp of 2 x 3 pixels with distinct values.
  const ramp = datasetOf({ name: 'ramp', inputs: Uint8Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3, 1], labels: [0] });
  const options = { batchSize: 1, seed: 1, normalization: 'half' } as const;
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 300; epoch++) {
    const [batch] = trainingBatches(ramp, { ...options, epoch, augmentation: { ...OFF, cropPadding: 1, flip: true } });
    seen.add([...batch!.images].map((value) => Math.round((value * 0.5 + 0.5) * 255)).join(' '));
  }
  for (const expected of ['1 2 3 4 5 6', '3 2 1 6 5 4', '0 0 0 0 1 2', '0 0 0 2 1 0', '5 6 0 0 0 0']) {
    assert.ok(seen.has(expected), `${expected} is missing among ${[...seen].join(', ')}`);
  }
  // Three offsets for rows times three for columns times mirrored or not.
  assert.equal(seen.size, 18);
  const [cut] = trainingBatches(ramp, { ...options, epoch: 0, augmentation: { ...OFF, cutout: 9 } });
  assert.deepEqual([...cut!.images], [0, 0, 0, 0, 0, 0]);
});

void test('a perceptron learns what a linear network cannot, and is evaluated and probed with the same calls as ResNets', async () => {
  const before = tensorCount();
  const training = datasetOf({ name: 'quadrants', ...points(120) });
  const model = network({ name: 'perceptron', inputShape: [2], layers: sequential(linear({ outputs: 24 }), batchNorm(), gelu(), linear({ outputs: 2 })) });
  const settings = { ...TEST_SETTINGS, ...OFF, method: 'sam', batchSize: 20, epochs: 30, learningRate: 0.1, labelSmoothing: 0 } as const;
  const { network: trained } = await train({ model, settings, trainingSet: training });
  const { top1Error } = await evaluate(model, trained, training, 'half');
  assert.ok(top1Error <= 5, `${top1Error} %`);
  const { error } = await networkLoss(model, trained, balancedSubset(training, { imagesPerClass: 20, seed: 0 }), { normalization: 'half', batchNorm: 'frozen' }).evaluate(trained.parameters);
  assert.ok(error! <= 10);
  disposeNetwork(trained);
  assert.equal(tensorCount(), before);
});

void test('images of one channel train too; subsets, held-out parts and noise work as with CIFAR', async () => {
  const count = 40;
  const inputs = Uint8Array.from({ length: count * 6 * 6 }, (_, index) => (Math.floor(index / 36) % 2 === 0 ? 200 : 40) + (index % 7));
  const all = datasetOf({ name: 'bright or dark', inputs, shape: [6, 6, 1], labels: Array.from({ length: count }, (_, index) => index % 2), classNames: ['bright', 'dark'] });
  const { kept, heldOut } = splitHeldOut(all, { perClass: 4, seed: 0 });
  assert.deepEqual([kept.images.length, heldOut.images.length], [32 * 36, 8 * 36]);
  assert.equal(symmetricLabelNoise(kept, { fraction: 0.5, seed: 0 }).labels.filter((label, index) => label !== kept.labels[index]).length, 16);
  const model = network({ name: 'small', inputShape: [6, 6, 1], layers: sequential(conv({ filters: 4 }), batchNorm({ activation: 'relu' }), globalAveragePool(), linear({ outputs: 2 })) });
  const { network: trained } = await train({ model, settings: { ...TEST_SETTINGS, normalization: 'dataset', cropPadding: 1, cutout: 0, epochs: 10, batchSize: 16 }, trainingSet: kept });
  assert.equal((await evaluate(model, trained, heldOut, 'dataset')).top1Error, 0);
  disposeNetwork(trained);
});

const REFUSED: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['vectors of two lengths', () => datasetOf({ name: 'v', inputs: [[1, 2], [3]], labels: [0, 1] }), /vectors of one length, got 2 numbers first and 1 in vector 1/],
  ['an array without a shape', () => datasetOf({ name: 'v', inputs: new Float32Array(4), labels: [0, 1] }), /expected the shape of one input of v, .* got none/],
  ['lengths that do not fit', () => datasetOf({ name: 'v', inputs: new Float32Array(5), shape: [2], labels: [0, 1] }), /expected 2 inputs of shape \[2\], .* 4 numbers, got 5/],
  ['nothing', () => datasetOf({ name: 'v', inputs: [], shape: [2], labels: [] }), /expected 0 inputs/],
  ['a label beyond the names', () => datasetOf({ name: 'v', inputs: [[1], [2]], labels: [0, 2], classNames: ['a', 'b'] }), /labels from 0 to 1, at most 255, got 2 for input 1/],
  ['half a label', () => datasetOf({ name: 'v', inputs: [[1], [2]], labels: [0, 0.5] }), /got 0.5 for input 1/],
  ['a number that is none', () => datasetOf({ name: 'v', inputs: [[1], [NaN]], labels: [0, 0] }), /finite numbers, got NaN in input 1/],
  ['flipped vectors', () => trainingBatches(datasetOf({ name: 'v', inputs: [[1], [2]], labels: [0, 0] }), { batchSize: 1, epoch: 1, seed: 0, normalization: 'half', augmentation: { ...OFF, flip: true } }), /are for images, got inputs of shape \[1\] in v/],
];
for (const [what, make, message] of REFUSED) {
  test(`${what}: refused, naming what is expected`, () => {
    assert.throws(make, { name: 'RangeError', message });
  });
}

void test('a network for inputs of another shape is refused before anything is trained', async () => {
  const model = network({ name: 'three', inputShape: [3], layers: linear({ outputs: 2 }) });
  const before = tensorCount();
  await assert.rejects(train({ model, settings: { ...TEST_SETTINGS, ...OFF }, trainingSet: datasetOf({ name: 'v', ...points(20) }) }), /takes inputs of shape \[3\], those of v have \[2\]; make the network with inputShape: \[2\]/);
  assert.equal(tensorCount(), before);
});

void test('a comparison with a network and data of one\'s own trains each method on them, and stores nothing', async () => {
  const before = tensorCount();
  const makeNetwork = (classes: number): Model => network({ name: 'perceptron', inputShape: [2], layers: sequential(linear({ outputs: 8 }), gelu(), linear({ outputs: classes })) });
  const data = { train: datasetOf({ name: 'quadrants', ...points(40) }), test: datasetOf({ name: 'quadrants', ...points(20) }) };
  const config = { ...OFF, epochs: 2, batchSize: 20, warmupEpochs: 0, imagesPerClass: 15, heldOutPerClass: 1 };
  const { rows, runs, networks, dispose } = await compare([{ method: 'sam', rho: 0.1 }], { config, seeds: [0, 1], budgets: ['epochs'], network: makeNetwork, data, keepNetworks: true });
  assert.deepEqual([rows.length, runs.length], [2, 4]);
  assert.ok(runs.every(({ result }) => result.data.name === 'quadrants' && result.data.trainImages === 30 && result.final !== null));
  assert.equal(networks.length, 4);
  for (const [index, { model, network: trained }] of networks.entries()) {
    assert.equal((await evaluate(model, trained, data.test, 'dataset')).loss, runs[index]!.result.final!.loss);
  }
  dispose();
  await assert.rejects(compare([{ method: 'sam' }], { config, seeds: [0], data, network: () => makeNetwork(3) }), /perceptron has 3 classes, the data 2/);
  await assert.rejects(compare([{ rule: { name: 'mine', perturb: ({ gradient }) => gradient }, storeAs: 'mine' }], { config, seeds: [0], data, network: makeNetwork }), /leave storeAs out/);
  assert.equal(tensorCount(), before);
});
