import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presetConfigs, PRESETS, tuningConfigs } from '../experiment/presets';
import { experimentFolders } from '../experiment/folders';
import { isQuick } from '../experiment/runPreset';
import { validateConfig } from '../experiment/schema';
import { runId } from '../experiment/store';
import { DEMONSTRATION, demonstrationConfig, notebookPreset } from './preset';

test('without a wish a notebook reads the laptop preset and does not train it', () => {
  for (const environment of [{}, { SAMLAB_PRESET: '' }]) {
    const { name, members, trains, folders } = notebookPreset(environment);
    assert.deepEqual([name, members, trains], ['laptop', ['laptop'], false]);
    assert.deepEqual(folders, experimentFolders('real'));
  }
});

test('a preset that is asked for is trained; quick ones stay apart from results', () => {
  const quick = notebookPreset({ SAMLAB_PRESET: 'quick' });
  assert.deepEqual([quick.members, quick.trains, quick.folders], [['quick', 'quick-resnet50', 'quick-fast'], true, experimentFolders('quick')]);
  assert.deepEqual(notebookPreset({ SAMLAB_PRESET: 'paper' }).folders, experimentFolders('real'));
  assert.throws(() => notebookPreset({ SAMLAB_PRESET: 'slow' }), /there is no preset "slow"/);
});

test('the demonstration is a small valid run that no preset makes, so that it can replace none of theirs', () => {
  for (const dataset of ['cifar10', 'cifar100'] as const) {
    const config = validateConfig(demonstrationConfig(dataset));
    assert.deepEqual([config.dataset, config.method, config.model], [dataset, 'sam', 'resnet20']);
    const others = PRESETS.flatMap((preset) => [...presetConfigs(preset), ...tuningConfigs(preset, dataset)]).map(runId);
    assert.ok(!others.includes(runId(config)));
  }
  assert.ok(isQuick(DEMONSTRATION) && PRESETS.every(({ name }) => name !== DEMONSTRATION));
});
