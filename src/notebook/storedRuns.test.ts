import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPreset, presetConfigs } from '../experiment/presets';
import { runId, writeResult } from '../experiment/store';
import { testRun } from '../report/testing/run';
import { storedRuns } from './storedRuns';

test('the runs of a preset are found by their settings, whichever preset made them, and missing ones are reported', async (context) => {
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
  assert.match((await storedRuns('label-noise', join(folder, 'none'))).state, /^None of the \d+ runs of the preset label-noise is stored yet; .npm run experiment/);
  await assert.rejects(storedRuns('label-nose', folder), /there is no preset "label-nose"/);
});

test('where trials choose learning rate and radius, runs are found by all other settings, and trials are not among them', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'samlab-stored-'));
  context.after(() => rm(folder, { recursive: true }));
  const configs = presetConfigs(findPreset('laptop'));
  const tuned = { ...configs[1]!, learningRate: 0.123, rho: 0.456 };
  const trial = { ...tuned, evaluateOn: 'heldOut', epochs: 20 } as const;
  for (const config of [tuned, trial]) {
    await writeResult(folder, { ...testRun({ method: config.method, top1Error: 50 }), id: runId(config), config, preset: 'laptop' });
  }
  const { runs, missing } = await storedRuns('laptop', folder);
  assert.deepEqual(runs.map(({ id }) => id), [runId(tuned)]);
  assert.equal(missing.length, configs.length - 1);
  assert.ok(!missing.includes(configs[1]!));
});

test('a run that was made again counts once, with the mean of its runs', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'samlab-stored-'));
  context.after(() => rm(folder, { recursive: true }));
  const [config] = presetConfigs(findPreset('label-noise'));
  for (const [place, top1Error] of [[folder, 50], [join(folder, 'repeats'), 54]] as const) {
    await writeResult(place, { ...testRun({ method: 'sgd', top1Error }), id: runId(config!), config: config! });
  }
  assert.deepEqual((await storedRuns('label-noise', folder)).runs.map(({ final, averagedOver }) => [final!.top1Error, averagedOver]), [[52, 2]]);
});
