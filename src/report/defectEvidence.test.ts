import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentConfig } from '../experiment/config';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { defectEvidence, defectEvidenceMarkdown } from './defectEvidence';
import { testRun } from './testRun';

/** Made-up results of both presets: test error by the settings, training error 10 points lower. */
function made(errorOf: (config: ExperimentConfig) => number): RunResult[] {
  const configs = (['defects', 'defects-cifar100'] as const).flatMap((name) => presetConfigs(findPreset(name)));
  return configs.map((config) => {
    const top1Error = errorOf(config);
    const run = { ...testRun({ ...config, top1Error, preset: 'none' }), config, id: runId(config) };
    return { ...run, history: run.history.map((record) => ({ ...record, trainTop1Error: top1Error > 88 ? top1Error : top1Error - 10 })) };
  });
}

/** With seeds 0, 1, 2: SAM 60, 61, 62; of the defects some stay near guessing, one differs by 2, 3, 4 points, one by nothing. */
const RUNS = made(({ method, dataset, learningRate, radiusIn, seed, asamEta }) => {
  if (dataset === 'cifar100') {
    return 97;
  }
  if (learningRate === 1 || (method === 'fgsm' && radiusIn === 'ownNorm')) {
    return 89;
  }
  return 60 + seed + (method === 'asam' && asamEta === 0 ? 2 + seed : 0);
});

test('each defect is compared with the same training without it, and what follows is what the rows say', () => {
  const evidence = Object.fromEntries(defectEvidence(RUNS).map(({ defect, follows }) => [defect, follows]));
  assert.equal(evidence['FGSM, T = 2: radius for each coordinate'], 'it is enough to keep a network near guessing');
  assert.equal(evidence['FGSM, T = 2: both'], 'it is enough to keep a network near guessing');
  assert.equal(evidence['Learning rate 1 without warm-up, SAM, CIFAR-10'], 'it is enough to keep a network near guessing');
  assert.equal(evidence['Learning rate 1 without warm-up, SGD, CIFAR-100'], 'nothing: the training without it stays near guessing too');
  // Differences of 2, 3 and 4 points: mean 3, standard error 1 / sqrt 3, t = 5.196 with two degrees of freedom, p = 0.035; half width 4.303 / sqrt 3.
  assert.equal(evidence["ASAM's form at SAM's radius"], 'the error is 3.00 ± 2.48 points higher, p = 0.035');
  assert.match(evidence['FGSM, T = 2: no projection']!, /^no difference found \(0\.00 ± 0\.00 points/);
});

test('too few runs are an observation, and none are nothing', () => {
  const one = defectEvidence(RUNS.filter(({ config }) => config.seed === 0));
  assert.ok(one.filter(({ defect }) => defect.startsWith('ASAM')).every(({ follows }) => follows === 'an observation: too few runs'));
  assert.deepEqual(new Set(defectEvidence([]).map(({ follows }) => follows)), new Set(['nothing: not run']));
  assert.match(defectEvidenceMarkdown(RUNS), /\| One cutout square for a batch \| one for each image \| 61\.00 ± 2\.48 \| 61\.00 ± 2\.48 \|/);
});
