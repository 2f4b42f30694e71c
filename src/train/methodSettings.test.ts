import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METHOD_LIST, methodOf, METHODS } from './methods';
import { METHOD_SETTINGS, readersOf, settingsReadBy } from './methodSettings';
import { TRAINING_GROUPS, TRAINING_SETTINGS } from './settings';

void test('methods that share a setting agree on all of it but when it is idle', () => {
  for (const name of METHODS) {
    for (const [key, declared] of Object.entries(methodOf(name).settings)) {
      const shared = METHOD_SETTINGS[key as keyof typeof METHOD_SETTINGS];
      assert.deepEqual({ ...declared, idle: undefined }, { ...shared, idle: undefined }, `${name} and ${key}`);
    }
  }
});

void test('no method declares a setting of all perturbations or of the training again', () => {
  const around = ['rho', 'perturbationScope', 'groupSize', 'rhoSchedule', 'perturbationStart', 'perturbationEnd'];
  assert.deepEqual(Object.keys(settingsReadBy('msam')), around);
  const others = Object.values(TRAINING_GROUPS).filter((group) => group !== METHOD_SETTINGS).flatMap((group) => Object.keys(group));
  const own = METHODS.flatMap((name) => Object.keys(methodOf(name).settings));
  assert.deepEqual(own.filter((key) => [...around, ...others, 'method', 'seed'].includes(key)), []);
});

void test('each default passes its own check', () => {
  for (const [key, { check, default: value }] of Object.entries(TRAINING_SETTINGS)) {
    assert.ok(check.safeParse(value).success, key);
  }
});

void test('each setting of a method is read by one, those of a perturbation by all but SGD', () => {
  for (const key of Object.keys(METHOD_SETTINGS).filter((name) => name !== 'method')) {
    assert.ok(readersOf(key)!.length > 0, key);
  }
  assert.deepEqual(readersOf('rho'), METHODS.filter((name) => name !== 'sgd'));
  assert.deepEqual(readersOf('sparsity'), ['ssamF', 'ssamD']);
  assert.equal(readersOf('learningRate'), undefined);
  assert.deepEqual(Object.keys(settingsReadBy('sgd')), []);
});

void test('no two methods are called or drawn alike', () => {
  const methods = Object.values(METHOD_LIST);
  assert.equal(new Set(methods.map(({ label }) => label)).size, methods.length);
  assert.equal(new Set(methods.map(({ line }) => line.symbol)).size, methods.length);
  assert.equal(new Set(methods.map(({ line: { colour, dash } }) => `${colour} ${dash}`)).size, methods.length);
});
