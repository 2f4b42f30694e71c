import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeSafetensors } from '../models/safetensors';
import { trainingMetadata } from '../models/trainingRecord';
import { withTemporaryFolder } from '../testing/temporaryFolder';
import { checkImages, defaultLabels, findNetwork, findPath, trainedSettings, type TrainedNetwork } from './trainedNetworks';

const CONFIG = {
  model: 'resnet50', stem: 'cifar', dataset: 'cifar10', normalization: 'dataset', imagesPerClass: 0, heldOutPerClass: 0, subsetSeed: 0, labelNoise: 0, method: 'sgd', seed: 0, epochs: 2,
};

/** A network whose weights file says that it was trained with these settings. */
function trainedWith(changes: object, run = 'run', images = 'CIFAR-10'): TrainedNetwork {
  return { file: `weights/${run}.safetensors`, record: { run, config: { ...CONFIG, ...changes }, images } };
}

const PYTORCH: TrainedNetwork = { file: 'pytorch.safetensors', record: undefined };

test('a run is found by its identifier in the first store that has its weights, with the record of its training', () =>
  withTemporaryFolder((folder) => {
    const stores = ['own', 'data'].map((name) => join(folder, name));
    for (const [index, store] of stores.entries()) {
      mkdirSync(join(store, 'weights', 'path'), { recursive: true });
      writeSafetensors(join(store, 'weights', 'one.safetensors'), new Map(), trainingMetadata({ run: 'one', config: { ...CONFIG, seed: index }, images: 'CIFAR-10' }));
    }
    const file = join(stores[0]!, 'weights', 'one.safetensors');
    assert.deepEqual(findNetwork('one', stores), { file, record: { run: 'one', config: CONFIG, images: 'CIFAR-10' } });
    assert.deepEqual(findNetwork(file, []).file, file);
    assert.throws(() => findNetwork('two', stores), /"two" is neither a weights file nor a run whose weights are here; looked for two, .*own.weights.two\.safetensors, .*data.weights.two\.safetensors/);
    // A folder is not a weights file.
    assert.throws(() => findNetwork(folder, []), /is neither a weights file nor a run/);

    const snapshots = ['epoch-010', 'epoch-020'].map((name) => join(stores[0]!, 'weights', 'path', `${name}.safetensors`));
    [...snapshots].reverse().forEach((snapshot) => writeSafetensors(snapshot, new Map(), { format: 'pt' }));
    assert.deepEqual(findPath(['path'], stores), snapshots.map((snapshot) => ({ file: snapshot, record: undefined })));
    assert.deepEqual(findPath([...snapshots].reverse(), stores).map((network) => network.file), [...snapshots].reverse());
  }));

test("settings come only from the training recorded in the weights files", () => {
  const settings = { model: 'resnet50', stem: 'cifar', dataset: 'cifar10', normalization: 'dataset', imagesPerClass: 0, heldOutPerClass: 0, subsetSeed: 0 };
  assert.deepEqual(trainedSettings([trainedWith({}), trainedWith({ method: 'sam', seed: 1 })], {}), settings);
  assert.deepEqual(trainedSettings([trainedWith({ imagesPerClass: 5, labelNoise: 0.2 })], {}), { ...settings, imagesPerClass: 5, labelNoise: 0.2 });
  // A flag that says the same is no contradiction, nor is one that the network does not read.
  assert.deepEqual(trainedSettings([trainedWith({})], { stem: 'cifar', subsetSeed: 3 }), settings);
  assert.equal(trainedSettings([trainedWith({ model: 'resnet20' })], { stem: 'imagenet' }).stem, 'cifar');
  assert.equal(trainedSettings([trainedWith({ model: 'fast' })], { stem: 'imagenet' }).stem, 'cifar');
});

test('any flag that contradicts a weights file is refused', () => {
  for (const [key, value] of [['model', 'resnet20'], ['stem', 'imagenet'], ['dataset', 'cifar100'], ['normalization', 'half'], ['imagesPerClass', 100], ['heldOutPerClass', 100]] as const) {
    assert.throws(() => trainedSettings([trainedWith({})], { [key]: value }), new RegExp(`run contradicts --${key.replace('PerClass', '-per-class').replace('heldOut', 'held-out')} ${value}, but it was trained with`));
  }
  assert.throws(() => trainedSettings([trainedWith({ imagesPerClass: 9 })], { subsetSeed: 1 }), /contradicts --subset-seed 1, but it was trained with 0/);
});

test('networks of different architectures or images are refused', () => {
  for (const change of [{ model: 'resnet101' }, { stem: 'imagenet' }, { dataset: 'cifar100' }, { normalization: 'half' }, { imagesPerClass: 100 }, { heldOutPerClass: 100 }, { labelNoise: 0.1 }]) {
    const [key, value] = Object.entries(change)[0] as [string, string | number];
    assert.throws(() => trainedSettings([trainedWith({}, 'one'), trainedWith(change, 'two')], {}), new RegExp(`one was trained with .*, two with .*${key} ${value}.*one loss does not fit both`));
  }
  const draws = [0, 1].map((subsetSeed) => trainedWith({ imagesPerClass: 10, subsetSeed }, `seed-${subsetSeed}`));
  assert.throws(() => trainedSettings(draws, {}), /seed-0 was trained with subsetSeed 0, seed-1 with subsetSeed 1/);
});

test('a file without a record needs its settings given, and the error says which', () => {
  assert.throws(() => trainedSettings([PYTORCH], {}), /pytorch\.safetensors does not say what it was trained with, .*give --model, --stem, --dataset, --normalization, --images-per-class too/);
  assert.throws(() => trainedSettings([PYTORCH], { model: 'resnet20', imagesPerClass: 100 }), /give --dataset, --normalization, --subset-seed too/);
  const given = { model: 'resnet50', stem: 'imagenet', dataset: 'cifar10', normalization: 'half', imagesPerClass: 0 } as const;
  assert.deepEqual(trainedSettings([PYTORCH, PYTORCH], given), { ...given, heldOutPerClass: 0, subsetSeed: 0 });
  // One that contradicts the flags of the other.
  assert.throws(() => trainedSettings([PYTORCH, trainedWith({})], given), /contradicts --stem imagenet, but it was trained with cifar; --normalization half/);
});

test('a network that learned from embedded images is not measured on others, nor the other way round', () => {
  checkImages([trainedWith({}), PYTORCH], 'CIFAR-10');
  assert.throws(() => checkImages([trainedWith({}, 'toy', 'synthetic-10')], 'CIFAR-10'), /toy learned from synthetic-10, but the images here are CIFAR-10/);
  assert.throws(() => checkImages([trainedWith({})], 'synthetic-10'), /learned from CIFAR-10, but the images here are synthetic-10/);
});

test('networks are labelled by their methods; if these are equal by seed, then by file', () => {
  assert.deepEqual(defaultLabels([trainedWith({}), trainedWith({ method: 'lookSam' })]), ['SGD', 'LookSAM']);
  assert.deepEqual(defaultLabels([trainedWith({}), trainedWith({ seed: 1 })]), ['SGD, seed 0', 'SGD, seed 1']);
  assert.deepEqual(defaultLabels([trainedWith({ epochs: 5 }, 'short'), trainedWith({ epochs: 9 }, 'long')]), ['short', 'long']);
  assert.deepEqual(defaultLabels([PYTORCH, trainedWith({})]), ['pytorch', 'run']);
});
