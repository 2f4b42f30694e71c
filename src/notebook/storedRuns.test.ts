import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPreset, presetConfigs } from '../experiment/presets';
import { runId, writeResult } from '../experiment/store';
import { testRun } from '../report/testRun';
import { storedRuns } from './storedRuns';

test('the runs of a preset are found by their settings, whichever preset made them, and what is missing is told', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'samlab-stored-'));
  context.after(() => rm(folder, { recursive: true }));
  const [first, second, ...others] = presetConfigs(findPreset('label-noise'));
  for (const config of [second!, first!]) {
    const run = testRun({ method: 'sgd', top1Error: 50 });
    await writeResult(folder, { ...run, id: runId(config), config, preset: 'another' });
  }
  await writeResult(folder, testRun({ method: 'sam', top1Error: 40 }));
  const { runs, missing, state } = await storedRuns('label-noise', folder);
  assert.deepEqual(runs.map(({ id }) => id), [first!, second!].map(runId));
  assert.deepEqual(missing, others);
  assert.match(state, new RegExp(`^2 of ${others.length + 2} runs of the preset label-noise are stored\\. The others are not run; .npm run experiment -- --preset label-noise. makes them\\.$`));
  await assert.rejects(storedRuns('label-nose', folder), /there is no preset "label-nose"/);
});
