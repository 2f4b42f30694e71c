import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_FEDERATED_CONFIG, federatedPresetConfigs, FEDERATED_PRESETS, findFederatedPreset } from './presets';
import { checkFederatedSettings, FEDERATED_KEYS, validateFederatedConfig } from './schema';
import { federatedId } from './store';

const cases: readonly (readonly [string, unknown, RegExp])[] = [
  ['an unknown key', { conzentration: 0.1 }, /Unrecognized key: "conzentration"; did you mean concentration\?$/],
  ['an alpha of 0, with which no client would learn', { alpha: 0 }, /alpha: Too small: expected number to be >0/],
  ['an alpha above 1', { alpha: 1.1 }, /alpha: Too big: expected number to be <=1/],
  ['an alpha that is no number', { alpha: NaN }, /alpha: Invalid input: expected number, received NaN/],
  ['a negative rho', { rho: -0.1 }, /rho: Too small/],
  ['a concentration of 0', { concentration: 0 }, /concentration: Too small/],
  ['an infinite concentration', { concentration: Infinity }, /concentration: Invalid input/],
  ['a drop-out of 1', { dropOut: 1 }, /dropOut: Too big: expected number to be <1/],
  ['a negative drop-out', { dropOut: -0.1 }, /dropOut: Too small/],
  ['no rounds', { rounds: 0 }, /rounds: Too small/],
  ['half a local epoch', { localEpochs: 0.5 }, /localEpochs: Invalid input: expected int/],
  ['a decay above 1', { learningRateDecay: 1.01 }, /learningRateDecay: Too big/],
  ['a server that does not move', { serverLearningRate: 0 }, /serverLearningRate: Too small/],
  ['no clients', { clients: 0 }, /clients: Too small/],
  ['an unknown method', { method: 'fedprox' }, /method: Invalid option: expected one of "fedavg"\|"fedsam"\|"mofedsam"/],
  ['more active clients than clients', { clients: 5, activeClients: 6 }, /expected activeClients of at most 5, the number of clients, got 6/],
];

for (const [name, change, message] of cases) {
  test(`${name} is refused`, () => {
    assert.throws(() => validateFederatedConfig({ ...DEFAULT_FEDERATED_CONFIG, ...(change as object) }), { name: 'RangeError', message });
  });
}

test('all problems are listed at once', () => {
  assert.throws(() => validateFederatedConfig({ ...DEFAULT_FEDERATED_CONFIG, rho: -1, alpha: 2 }), /rho[\s\S]*alpha/);
});

test('settings are checked against the given clients; those that only choose the data are ignored', () => {
  checkFederatedSettings(DEFAULT_FEDERATED_CONFIG, 10);
  assert.throws(() => checkFederatedSettings(DEFAULT_FEDERATED_CONFIG, 9), /federate: expected activeClients of at most 9/);
  assert.throws(() => checkFederatedSettings({ ...DEFAULT_FEDERATED_CONFIG, alpha: -1 }, 10), /federate: these settings cannot be run:\n {2}alpha/);
});

test('every field of a configuration is known, and presets hold valid ones, all different: each method with each seed', () => {
  assert.deepEqual([...FEDERATED_KEYS].sort(), Object.keys(DEFAULT_FEDERATED_CONFIG).sort());
  for (const preset of FEDERATED_PRESETS) {
    const configs = federatedPresetConfigs(preset).map(validateFederatedConfig);
    assert.equal(new Set(configs.map(federatedId)).size, 3 * preset.seeds.length, preset.name);
  }
});

test('an unknown preset is refused with the known ones', () => {
  assert.throws(() => findFederatedPreset('fast'), { name: 'RangeError', message: /no preset "fast"; choose quick or small-real/ });
});
