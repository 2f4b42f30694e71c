import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentConfig } from '../experiment/config';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { clipIsRun, readClip, readSisterSteps, sisterTable } from './clipCounterfactual';
import { methodContents } from './methodContents';
import { testRun } from './testing/run';

/** Made-up results of a preset by training error; undefined means not run. */
function made(preset: 'fgsm-clip' | 'fgsm-sister', trainingErrorOf: (config: ExperimentConfig) => number | undefined): RunResult[] {
  return presetConfigs(findPreset(preset)).flatMap((config) => {
    const error = trainingErrorOf(config);
    return error === undefined ? [] : [{ ...testRun({ ...config, top1Error: 70, losses: [error / 10], preset: 'none' }), config, id: runId(config) }];
  });
}

/** The clip of a configuration with the original's radius. */
function clipOf({ rho, ascentProjection, ascentBound }: ExperimentConfig): 'working' | 'missing' | 'atRadius' | undefined {
  return rho !== 0.05 ? undefined : !ascentProjection ? 'missing' : ascentBound === 0.001 ? 'working' : 'atRadius';
}

function withClips(errors: { readonly working?: number; readonly missing?: number; readonly atRadius?: number }): RunResult[] {
  return made('fgsm-clip', (config) => (config.method === 'fgsm' ? errors[clipOf(config)!] : 60));
}

test('the pair that decides has to be there', () => {
  for (const part of [{}, { working: 60 }, { missing: 90, atRadius: 90 }]) {
    assert.equal(clipIsRun(withClips(part)), false);
    assert.match(readClip(withClips(part)), /is not run; so neither the radius nor the missing clip can be named as the cause\./);
  }
  assert.equal(clipIsRun(withClips({ working: 60, missing: 90 })), true);
});

test('what explains it follows from which of the rows train', () => {
  assert.match(readClip(withClips({ working: 60, missing: 90, atRadius: 89 })), /^On a small network and budget \(ResNet-20, .* training images, 5 epochs\) with the clip working at 0\.001, it trains \(training error 60\.0 %, n = 3\); with it not working, it stays near chance \(training error 90\.0 %, n = 3\); with a clip at the radius itself, it stays near chance .*\. So steps of 0\.05 for each coordinate keep this network from training, unclipped or clipped at the radius itself; bounded by 0\.001, as the code asks for, they do not\. For ResNet-50, .* it is open\.$/);
  assert.match(readClip(withClips({ working: 60, missing: 90, atRadius: 50 })), /with a clip at the radius itself, it trains .* without a clip, not with one at the radius itself; bounded/);
  assert.doesNotMatch(readClip(withClips({ working: 60, missing: 90 })), /at the radius itself/);
  assert.match(readClip(withClips({ working: 89, missing: 90 })), /The clip does not explain it/);
  assert.match(readClip(withClips({ working: 60, missing: 61 })), /neither the radius nor the missing clip keeps it from training\./);
});

test('runs that all diverged did not train', () => {
  const runs = withClips({ working: 60, missing: 90 }).map((run) => (clipOf(run.config) === 'missing' ? { ...run, status: 'diverged' as const, final: null } : run));
  assert.match(readClip(runs), /with it not working, all runs diverge\. So steps of 0\.05 for each coordinate keep this network from training without a clip; bounded/);
});

test("for which of the sister project's steps each network trains, and which are not run", () => {
  const runs = made('fgsm-sister', ({ method, ascentSteps }) => (method !== 'fgsm' ? 60 : ascentSteps > 5 ? undefined : ascentSteps > 3 ? 89 : 60));
  assert.equal(
    readSisterSteps(runs, 'fgsm-sister'),
    "On that project's own network, ResNet-56 in batches of 512, these steps train the network for T = 1, 2, 3 and leave it near chance for T = 4, 5; T = 10 is not run.",
  );
  assert.match(readSisterSteps(runs, 'fgsm-clip'), /^Steps of 0\.00025, as in a sister project \(`isdevnull\/SAM_project`\), are not run\.$/);
});

test("the sister project's own FGSM is given as published", () => {
  assert.match(sisterTable(), /\| FGSM, 2 steps \| 13\.36 \/ 0\.44 \| 11\.17 \/ 0\.31 \| 10\.23 \/ 0\.28 \| 9\.88 \/ 0\.35 \|/);
  assert.match(sisterTable(), /\| FGSM, 1 step \| 71\.86 \/ 39\.67 \| 41\.53 \/ 14\.26 \| 36\.14 \/ 11\.32 \| 34\.90 \/ 10\.76 \|/);
});

test('the short table has only the clips, with p corrected for all tests', () => {
  const runs = made('fgsm-clip', ({ seed }) => 60 + seed);
  const contents = methodContents(runs, [], {});
  const rowsOf = (place: string): string[] => contents[place]!.split('\n\n**')[0]!.split('\n').filter((line) => /^\| (SGD|SAM|Multi)/.test(line));
  const short = rowsOf('fgsm-clip-short');
  assert.equal(short.length, 5);
  assert.equal(short.filter((row) => row.includes('0.00025')).length, 0);
  assert.equal(rowsOf('fgsm-clip').length, 11);
});
