import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { settingOptions, withFlagNames } from './commandLine';
import { CONFIG_KEYS } from './config';

function parse(...words: readonly string[]): object {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  settingOptions().forEach((option) => program.addOption(option));
  return program.parse(words, { from: 'user' }).opts();
}

void test('settings that are on or off need no value, and are read with one too', () => {
  assert.deepEqual(parse('--flip'), { flip: true });
  assert.deepEqual(parse('--no-flip', '--no-zero-init-residual'), { flip: false, zeroInitResidual: false });
  assert.deepEqual(parse('--flip', 'false', '--nesterov=true'), { flip: false, nesterov: true });
  assert.deepEqual(parse('--rho', '0.1'), { rho: 0.1 });
  assert.throws(() => parse('--flip', 'maybe'), /expected true or false, got "maybe"/);
});

void test('a word is accepted for a number only where the setting allows it', () => {
  assert.deepEqual(parse('--perturbation-norm', 'infinity', '--perturbation-start', 'decay'), { perturbationNorm: 'infinity', perturbationStart: 'decay' });
  assert.deepEqual(parse('--perturbation-norm', '1.5', '--perturbation-start', '3'), { perturbationNorm: 1.5, perturbationStart: 3 });
  assert.throws(() => parse('--rho', 'infinity'), /expected a number, got "infinity"/);
});

void test('each setting is in a group of the help', () => {
  const groups = settingOptions().map(({ helpGroupHeading }) => helpGroupHeading);
  assert.ok(groups.length >= CONFIG_KEYS.length && groups.every((group) => (group ?? '') !== ''));
  assert.ok(new Set(groups).size > 4);
});

void test('in a message, names of settings become flags; words and values stay', () => {
  assert.equal(withFlagNames('validateConfig: the configuration cannot be run:\n  batchSize: Too small\n  rho: Too small'), 'the configuration cannot be run:\n  --batch-size: Too small\n  --rho: Too small');
  assert.equal(withFlagNames('a warm-up of 5 epochs does not fit; shorten warmupEpochs.'), 'a warm-up of 5 epochs does not fit; shorten --warmup-epochs.');
  assert.equal(withFlagNames('  rhoSchedule: expected one of "constant"|"learningRate"'), '  --rho-schedule: expected one of "constant"|"learningRate"');
});
