import assert from 'node:assert/strict';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { notebookPreset } from './preset';

test('by default a notebook reads the laptop preset and does not train it', () => {
  for (const environment of [{}, { SAMLAB_PRESET: '' }]) {
    const { name, members, trains, folders } = notebookPreset(environment);
    assert.deepEqual([name, members, trains], ['laptop', ['laptop'], false]);
    assert.deepEqual(folders, experimentFolders('real'));
  }
});

test('a requested preset is trained; quick ones are stored apart from results', () => {
  const quick = notebookPreset({ SAMLAB_PRESET: 'quick' });
  assert.deepEqual([quick.members, quick.trains, quick.folders], [['quick', 'quick-resnet50', 'quick-fast'], true, experimentFolders('quick')]);
  assert.deepEqual(notebookPreset({ SAMLAB_PRESET: 'paper' }).folders, experimentFolders('real'));
  assert.throws(() => notebookPreset({ SAMLAB_PRESET: 'slow' }), /there is no preset "slow"/);
});
