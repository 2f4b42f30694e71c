import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_FEDERATED_CONFIG } from './presets';
import { FEDERATED_RESULT_FORMAT, type FederatedResult } from './result';
import type { FederatedConfig } from './settings';
import { FINISHED_RUN } from '../testing/finishedRun';
import { federatedHash, federatedId, federatedResultFile, findFederatedResult, readFederatedResults, writeFederatedResult } from './store';

const folder = mkdtempSync(join(tmpdir(), 'samlab-federated-store-'));
after(() => rmSync(folder, { recursive: true }));

function resultOf(config: FederatedConfig): FederatedResult {
  return {
    ...FINISHED_RUN,
    format: FEDERATED_RESULT_FORMAT,
    id: federatedId(config),
    config,
    data: { name: 'CIFAR-10', synthetic: false, heldOutImages: 0, testImages: 10, clientClassCounts: [[1, 2], [3, 4]] },
  };
}

test('a written result is found, complete, by its configuration', async () => {
  const config = { ...DEFAULT_FEDERATED_CONFIG, seed: 7 };
  await writeFederatedResult(folder, resultOf(config));
  assert.deepEqual(await findFederatedResult(folder, config), resultOf(config));
  assert.equal(await findFederatedResult(folder, { ...config, seed: 8 }), undefined);
  assert.deepEqual((await readFederatedResults(folder)).map(({ id }) => id), [federatedId(config)]);
  assert.deepEqual(await readFederatedResults(join(folder, 'none')), []);
});

test('equal runs share a name: settings that a method, partition or model does not read do not count', () => {
  const sameName = (change: Partial<FederatedConfig>, base: Partial<FederatedConfig>): boolean =>
    federatedHash({ ...DEFAULT_FEDERATED_CONFIG, ...base, ...change }) === federatedHash({ ...DEFAULT_FEDERATED_CONFIG, ...base });
  assert.ok(sameName({ rho: 0.7 }, { method: 'fedavg' }) && !sameName({ rho: 0.7 }, { method: 'fedsam' }));
  assert.ok(sameName({ alpha: 0.7 }, { method: 'fedsam' }) && !sameName({ alpha: 0.7 }, { method: 'mofedsam' }));
  assert.ok(sameName({ concentration: 0.7 }, { partition: 'iid' }) && !sameName({ concentration: 0.7 }, { partition: 'dirichlet' }));
  assert.ok(sameName({ stem: 'imagenet' }, { model: 'resnet20' }) && !sameName({ stem: 'imagenet' }, { model: 'resnet50' }));
});

test('every other setting changes the name', () => {
  const changed: Partial<FederatedConfig> = {
    dataset: 'cifar100', imagesPerClass: 1, heldOutPerClass: 1, testImagesPerClass: 1, clients: 99, partition: 'iid', subsetSeed: 1, model: 'resnet32',
    zeroInitResidual: true, normalization: 'half', cropPadding: 0, flip: false, batchSize: 4, momentum: 0.5, weightDecay: 0, seed: 9, method: 'mofedsam',
    activeClients: 9, dropOut: 0.5, rounds: 3, localEpochs: 2, learningRate: 0.3, learningRateDecay: 1, serverLearningRate: 0.5, concentration: 0.1,
  };
  assert.deepEqual(Object.keys(DEFAULT_FEDERATED_CONFIG).filter((key) => !(key in changed)).sort(), ['alpha', 'rho', 'stem']);
  for (const [key, value] of Object.entries(changed)) {
    assert.notEqual(federatedHash({ ...DEFAULT_FEDERATED_CONFIG, [key]: value }), federatedHash(DEFAULT_FEDERATED_CONFIG), key);
  }
});

test('a damaged file, one of another version and one with unknown settings are named, and stay', async () => {
  const other = mkdtempSync(join(folder, 'other-'));
  const config = { ...DEFAULT_FEDERATED_CONFIG, seed: 1 };
  const file = federatedResultFile(other, config);
  writeFileSync(file, '{"format": 1, "conf');
  await assert.rejects(readFederatedResults(other), /readFederatedResults: .*\.json is not JSON .*run that configuration again/);
  writeFileSync(file, JSON.stringify({ ...resultOf(config), format: 99 }));
  await assert.rejects(findFederatedResult(other, config), /has format 99, this version reads 1/);
  writeFileSync(file, JSON.stringify({ ...resultOf(config), config: { ...config, compression: 8 } }));
  await assert.rejects(findFederatedResult(other, config), /holds settings that this version does not know.*[\s\S]*"compression"/);
  assert.equal(readdirSync(other).length, 1);
});
