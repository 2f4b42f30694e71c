import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scope, tensorCount } from '../engine/tensor';
import { expectAllClose } from '../testing/expectAllClose';
import { fixturePath, readFixture } from '../testing/fixture';
import { hashedImages, hashedParameters, hashedStatistics } from '../testing/hashedNetwork';
import { withTemporaryFolder } from '../testing/temporaryFolder';
import { cifarResNet } from './cifarResnet';
import { disposeStatistics, initialParameters, initialStatistics } from './initialise';
import { sequential } from './combine';
import { network } from './layer';
import { batchNorm, conv, globalAveragePool, linear, relu } from './layers';
import type { Model } from './model';
import { readSafetensors, writeSafetensors } from './safetensors';
import { loadWeights, saveWeights } from './torchvision';

/** The network of make_safetensors.py. */
function smallModel(classes = 2): Model {
  const layers = sequential({ conv1: conv({ filters: 4, stride: 2 }), bn1: batchNorm(), relu: relu(), pool: globalAveragePool(), fc: linear({ outputs: classes }) });
  return network({ name: 'small', inputShape: [8, 8, 3], layers });
}

test('a network saved by PyTorch gives the same logits here', () => {
  const before = tensorCount();
  const model = smallModel();
  const { parameters, statistics } = loadWeights(fixturePath('small.safetensors'), model);
  const { logits } = readFixture('small.json') as { readonly logits: readonly number[] };
  scope(() => {
    const pass = { parameters: parameters.tensors, statistics, training: false, updated: [] };
    // 27 products of about 1 in single precision, then a few more operations.
    expectAllClose(model.apply(hashedImages('small', 2, 8), pass).values(), logits, { absolute: 1e-5 });
  });
  parameters.dispose();
  disposeStatistics(statistics);
  assert.equal(tensorCount(), before);
});

test('loaded and saved again, it is PyTorch\'s file except for the batch counter', () => {
  withTemporaryFolder((folder) => {
    const model = smallModel();
    const { parameters, statistics } = loadWeights(fixturePath('small.safetensors'), model);
    const file = join(folder, 'again.safetensors');
    saveWeights(file, model, parameters, statistics);
    const { tensors } = readSafetensors(fixturePath('small.safetensors'));
    tensors.delete('bn1.num_batches_tracked');
    const again = readSafetensors(file);
    assert.deepEqual(Object.fromEntries(again.tensors), Object.fromEntries(tensors));
    assert.deepEqual(again.metadata, { format: 'pt', model: 'small' });
    parameters.dispose();
    disposeStatistics(statistics);
  });
});

test('a network saved and loaded is the same to the bit', () => {
  withTemporaryFolder((folder) => {
    const model = cifarResNet('resnet20', 10);
    const [parameters, statistics] = [hashedParameters(model), hashedStatistics(model)];
    const file = join(folder, 'resnet20.safetensors');
    saveWeights(file, model, parameters, statistics);
    const loaded = loadWeights(file, model);
    assert.deepEqual(loaded.parameters.specs, model.parameters);
    assert.deepEqual(loaded.parameters.toArrays(), parameters.toArrays());
    const arrays = (all: typeof statistics) => all.map(({ mean, variance }) => [mean.values(), variance.values()]);
    assert.deepEqual(arrays(loaded.statistics), arrays(statistics));
    [parameters, loaded.parameters].forEach((vector) => vector.dispose());
    [statistics, loaded.statistics].forEach(disposeStatistics);
  });
});

test('weights of another network are refused, with names, and leave nothing behind', () => {
  const before = tensorCount();
  const file = fixturePath('small.safetensors');
  const advice = 'Choose the network, stem and number of classes that it was saved from.';
  assert.throws(() => loadWeights(file, smallModel(5)), {
    message: `loadWeights: ${file} was not saved from small with 5 classes (other shapes: fc.weight is [2, 4] instead of [5, 4], fc.bias is [2] instead of [5]). ${advice}`,
  });
  assert.throws(() => loadWeights(file, cifarResNet('resnet20', 10)), {
    message:
      `loadWeights: ${file} was not saved from resnet20 with 10 classes (missing: layer1.0.conv1.weight, layer1.0.bn1.weight, layer1.0.bn1.bias and 89 more; ` +
      `unexpected: fc.bias, fc.weight; other shapes: conv1.weight is [4, 3, 3, 3] instead of [16, 3, 3, 3], bn1.weight is [4] instead of [16], ` +
      `bn1.bias is [4] instead of [16] and 2 more). ${advice}`,
  });
  assert.equal(tensorCount(), before);
});

test('a tensor that is not the network\'s own is refused', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'more.safetensors');
    const { tensors } = readSafetensors(fixturePath('small.safetensors'));
    writeSafetensors(file, tensors.set('fc2.weight', { shape: [1], values: new Float32Array(1) }));
    assert.throws(() => loadWeights(file, smallModel()), /was not saved from small with 2 classes \(unexpected: fc2\.weight\)/);
  });
});

test('a file that cannot be written stays as it was', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'taken');
    copyFileSync(fixturePath('small.safetensors'), file);
    const model = smallModel();
    const [parameters, statistics] = [initialParameters(model, { seed: 0, zeroInitResidual: false }), initialStatistics(model)];
    assert.throws(() => saveWeights(join(file, 'inside'), model, parameters, statistics), /inside could not be written/);
    assert.deepEqual(readFileSync(file), readFileSync(fixturePath('small.safetensors')));
    parameters.dispose();
    disposeStatistics(statistics);
  });
});
