import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparisonRow } from '../experiment/comparisonRows';
import type { ExperimentConfig } from '../experiment/config';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { defectEvidence, defectEvidenceMarkdown, whatIsOpen } from './defectEvidence';
import { testRun } from './testing/run';

/** Made-up results of both presets: test error by the settings, training error 10 points lower. */
function made(errorOf: (config: ExperimentConfig) => number): RunResult[] {
  const configs = (['defects', 'defects-cifar100'] as const).flatMap((name) => presetConfigs(findPreset(name)));
  return configs.map((config) => {
    const top1Error = errorOf(config);
    const run = { ...testRun({ ...config, top1Error, preset: 'none' }), config, id: runId(config) };
    return { ...run, history: run.history.map((record) => ({ ...record, trainTop1Error: top1Error > 88 ? top1Error : top1Error - 10 })) };
  });
}

/** With seeds 0, 1, 2: SAM 60, 61, 62; of the defects some stay near chance, one differs by 2, 3, 4 points, one by nothing. */
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
  // Whatever the rows of FGSM show, none has the clip that the original's code intended.
  const open = "; the original's cause is open: its clip, had it worked, was at 0.001 for each coordinate, which no row has";
  assert.equal(evidence['FGSM, T = 2: radius for each coordinate'], `with it this network stays near chance${open}`);
  assert.equal(evidence['FGSM, T = 2: both'], `with it this network stays near chance${open}`);
  assert.equal(evidence['Learning rate 1 without warm-up, SAM, CIFAR-10'], 'with it this network stays near chance');
  assert.equal(evidence['Learning rate 1 without warm-up, SGD, CIFAR-100'], 'nothing: without it this network stays near chance too');
  // Differences of 2, 3 and 4 points: mean 3, standard error 1 / sqrt 3, t = 5.196 with two degrees of freedom, p = 0.035; half width
  // 4.303 / sqrt 3. Four of the nine tests have p = 0 and go before it, so it counts five times; at 5 % / 9 scipy's non-central t with two
  // degrees of freedom has a power of 80 % at 9.823 deviations.
  assert.equal(evidence["ASAM's form at SAM's radius"], 'no difference found (3.00 ± 2.48 points higher, p = 0.035, corrected p = 0.175); the test could detect 9.82 points (3 pairs rule nothing out)');
  assert.equal(evidence['FGSM, T = 2: no projection'], `no difference found (0.00 ± 0.00 points higher, p = 1.000, corrected p = 1.000); the test could detect 0.00 points (3 pairs rule nothing out)${open}`);
});

test('the epoch chosen by its test error is set beside the last epoch of the same runs, and not tested', () => {
  const chosen = RUNS.map((run) => ({
    ...run,
    history: run.history.map((record) => ({ ...record, heldOut: { loss: 1, top5Error: 5, top1Error: run.final!.top1Error + run.config.seed } })),
  }));
  const row = defectEvidence(chosen).find(({ defect }) => defect === 'Epoch chosen by test error')!;
  assert.deepEqual([row.control, row.withIt, row.without], ['the last epoch of the same runs', '61.00', '62.00']);
  assert.equal(row.follows, 'lower by 1.00 points in the mean of 3 runs and by 2.00 at most; it cannot be higher, so nothing is tested');
});

/** The conclusion on ASAM's form if its errors differ from SAM's by these amounts with these seeds. */
function followsFrom(...differences: readonly number[]): string | undefined {
  const runs = made(({ method, asamEta, seed }) => 60 + (method === 'asam' && asamEta === 0 ? differences[seed]! : 0));
  return defectEvidence(runs).find(({ defect }) => defect === "ASAM's form at SAM's radius")?.follows;
}

test('three pairs rule nothing out, however narrow their interval is', () => {
  assert.match(followsFrom(-0.01, 0, 0.01)!, /^no difference found \(0\.00 ± 0\.02 points higher, p = 1\.000, corrected p = 1\.000\); the test could detect 0\.\d\d points \(3 pairs rule nothing out\)$/);
});

test('from six pairs on, with which a test of signs alone can reach 5 %, what the interval excludes is ruled out', () => {
  const row = { method: 'a', difference: -0.5, differenceHalfWidth: 1 } as ComparisonRow;
  assert.equal(whatIsOpen({ ...row, pairs: 5 }, 2), 'the test could detect 2.00 points (5 pairs rule nothing out)');
  assert.equal(whatIsOpen({ ...row, pairs: 6 }, 2), 'the test could detect 2.00 points, and more than 1.50 points are ruled out');
  assert.equal(whatIsOpen({ ...row, pairs: 3 }, 101), 'the test could detect no possible difference (3 pairs rule nothing out)');
});

test('beside a control that hardly trains a difference shows little, and the table says so', () => {
  // At chance 99 % is wrong: with a training error of 92 % the control is 7 points better.
  const runs = made(({ learningRate, seed }) => 80 + (learningRate === 1 ? 1 + seed : 0)).map((run) => ({ ...run, history: run.history.map((record) => ({ ...record, trainTop1Error: 92 })) }));
  assert.equal(
    defectEvidence(runs).find(({ defect }) => defect === 'Learning rate 1 without warm-up, SGD, CIFAR-100')?.follows,
    'no difference found (2.00 ± 2.48 points higher, p = 0.074, corrected p = 0.668); the test could detect 9.82 points (3 pairs rule nothing out); without it this network itself hardly trains, so nothing follows for one that does',
  );
});

test('too few runs are an observation, and none are nothing', () => {
  const one = defectEvidence(RUNS.filter(({ config }) => config.seed === 0));
  assert.ok(one.filter(({ defect }) => defect.startsWith('ASAM')).every(({ follows }) => follows === 'an observation: too few runs'));
  assert.deepEqual(new Set(defectEvidence([]).map(({ follows }) => follows)), new Set(['nothing: not run']));
  assert.match(defectEvidenceMarkdown(RUNS), /\| One cutout square for a batch \| one for each image \| 61\.00 ± 2\.48 \| 61\.00 ± 2\.48 \|/);
});
