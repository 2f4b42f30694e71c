import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PRESET_GROUPS, PRESETS } from '../experiment/presets';
import { runId } from '../experiment/store';
import { planGrid, planSingle, trialsOf } from './gridPlan';
import { testFolder } from './testing/programs';

void test('a group of presets is the runs of its members, each under its own name', () => {
  const { name, runs, trials } = planGrid('quick');
  assert.equal(name, 'quick');
  assert.deepEqual([...new Set(runs.map(({ preset }) => preset))], ['quick', 'quick-resnet50', 'quick-fast']);
  assert.equal(runs.length, 12);
  assert.deepEqual(trials, []);
  assert.ok(runs.every(({ kind }) => kind === 'quick'));
});

void test('settings select runs, and only the trials that these need stay', () => {
  const plan = planGrid('laptop', { wanted: { dataset: 'cifar10', epochs: 100, seed: 0 } });
  assert.deepEqual(plan.runs.map(({ config: { method, epochs, seed } }) => [method, epochs, seed]), [['sgd', 100, 0], ['sam', 100, 0]]);
  assert.equal(plan.trials.length, 54);
  assert.ok(plan.trials.every(({ config }) => config.dataset === 'cifar10'));
  assert.equal(trialsOf(plan.runs[0]!, plan).length, 54);
  assert.deepEqual(trialsOf(plan.trials[0]!, plan), []);
  assert.ok(plan.runs.every(({ kind }) => kind === 'real'));
});

void test('settings that change no results are applied to the runs that the others select', () => {
  const { runs } = planGrid('laptop', { wanted: { dataset: 'cifar10', epochs: 100, seed: 0, snapshotEvery: 10, kernels: 'pinned' } });
  assert.deepEqual(runs.map(({ config: { method, snapshotEvery, kernels } }) => [method, snapshotEvery, kernels]), [['sgd', 10, 'pinned'], ['sam', 10, 'pinned']]);
  const plain = planGrid('laptop', { wanted: { dataset: 'cifar10', epochs: 100, seed: 0 } });
  assert.deepEqual(runs.map(({ config }) => runId(config)), plain.runs.map(({ config }) => runId(config)));
});

void test('a file gives fixed settings and lists of values; its name is that of the grid', (t) => {
  const file = join(testFolder(t), 'radius.json');
  writeFileSync(file, '{"changes": {"method": "sam", "model": "resnet20"}, "grid": {"rho": [0.05, 0.1], "seed": [0, 1, 2]}}');
  const { name, runs } = planGrid(file);
  assert.equal(name, 'radius');
  assert.deepEqual(runs.map(({ config: { rho, seed } }) => [rho, seed]), [[0.05, 0], [0.05, 1], [0.05, 2], [0.1, 0], [0.1, 1], [0.1, 2]]);
  assert.ok(runs.every(({ preset, kind, config }) => preset === 'radius' && kind === 'real' && config.model === 'resnet20' && config.method === 'sam'));
  assert.ok(planGrid(file, { kind: 'quick' }).runs.every(({ kind }) => kind === 'quick'));
});

const damaged: readonly (readonly [string, string, string, RegExp])[] = [
  ['no JSON', 'a.json', '{"grid": ', /a\.json is not a grid \(it is not JSON/],
  ['no grid', 'a.json', '{"changes": {}}', /a\.json is no grid:\n {2}grid: Invalid input/],
  ['a value where a list should be', 'a.json', '{"grid": {"seed": 0}}', /grid\.seed: Invalid input: expected array/],
  ['a misspelt part', 'a.json', '{"grid": {"seed": [0]}, "change": {}}', /Unrecognized key: "change"; did you mean changes\?/],
  ['an unknown setting', 'a.json', '{"grid": {"sead": [0]}}', /a\.json: the configuration cannot be run:\n.*Unrecognized key: "sead"; did you mean seed\?$/],
  ['a value out of range', 'a.json', '{"grid": {"rho": [-1]}}', /rho: Too small/],
  ['the name of a preset', 'laptop.json', '{"grid": {"seed": [0]}}', /would be taken for those of the preset "laptop"/],
  ['a name that quick runs have', 'quick-look.json', '{"grid": {"seed": [0]}}', /give the file another name/],
];

for (const [what, name, content, message] of damaged) {
  void test(`a file with ${what} is refused`, (t) => {
    const file = join(testFolder(t), name);
    writeFileSync(file, content);
    assert.throws(() => planGrid(file), { name: 'RangeError', message });
  });
}

void test('an unknown grid, a missing file, and settings that no run has are refused', () => {
  assert.throws(() => planGrid('faster'), { name: 'RangeError', message: /no grid "faster"; choose quick, .*laptop, .*paper, or name a file/ });
  assert.throws(() => planGrid('none.json'), { name: 'RangeError', message: /there is no file none\.json/ });
  assert.throws(() => planGrid('smoke', { wanted: { epochs: 7 } }), { name: 'RangeError', message: /no run of smoke has \{"epochs":7\}/ });
});

void test('a single run is a plan of one', () => {
  const { runs } = planSingle({ seed: 4 }, 'real');
  assert.deepEqual(runs.map(({ preset, config }) => [preset, config.seed]), [['none', 4]]);
});

void test('a run that a file names twice is planned once, and settings that do nothing are named', (t) => {
  const write = (content: string): string => {
    const file = join(testFolder(t), 'd.json');
    writeFileSync(file, content);
    return file;
  };
  const idle = planGrid(write('{"changes":{"method":"sgd"},"grid":{"rho":[0.05,0.1],"seed":[0]}}'));
  assert.equal(idle.runs.length, 1);
  assert.match(idle.notes!.join('\n'), /^d: rho changes nothing in any of its runs: the method is sgd[^\n]*\nd: 1 of its 2 runs is the same as another, and listed once/);
  const partly = planGrid(write('{"grid":{"method":["sgd","sam"],"rho":[0.05,0.1],"seed":[0]}}'));
  assert.deepEqual(partly.runs.map(({ config: { method, rho } }) => [method, rho]), [['sgd', 0.05], ['sam', 0.05], ['sam', 0.1]]);
  assert.equal(partly.notes!.length, 1);
  assert.equal(planGrid(write('{"grid":{"seed":[0,0,1]}}')).runs.length, 2);
});

void test('presets name no run twice and no setting without effect', () => {
  for (const name of [...PRESETS.map((preset) => preset.name), ...Object.keys(PRESET_GROUPS)]) {
    assert.deepEqual(planGrid(name).notes, [], name);
  }
});

void test('settings without effect are refused for a single run, and for selecting runs', () => {
  assert.throws(() => planSingle({ rho: 0.1 }, 'real'), { name: 'RangeError', message: /rho: changes nothing in this run: the method is sgd, which perturbs nothing; sam, .* read it/ });
  assert.throws(() => planSingle({ method: 'sam', ascentSteps: 10 }, 'real'), /ascentSteps: changes nothing in this run: the method is sam; fgsm reads it/);
  assert.doesNotThrow(() => planSingle({ method: 'sam', rho: 0.1, kernels: 'pinned' }, 'real'));
  assert.throws(() => planGrid('smoke', { wanted: { ascentSteps: 3 } }), /--ascent-steps picks no runs of smoke, for it changes nothing in any of them/);
});

void test('a folder in place of a grid file, and a file without .json, are refused by name', (t) => {
  const folder = join(testFolder(t), 'x.json');
  mkdirSync(folder);
  assert.throws(() => planGrid(folder), { name: 'RangeError', message: /x\.json is not a grid \(it is a folder\); expected a file/ });
  const file = join(folder, 'mine.txt');
  writeFileSync(file, '{}');
  assert.throws(() => planGrid(file), /A grid of your own is a file whose name ends in \.json\.$/);
  assert.throws(() => planGrid('labtop'), /did you mean laptop\?$/);
});
