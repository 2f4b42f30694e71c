import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_FEDERATED_CONFIG } from '../federated/presets';
import { FEDERATED_RESULT_FORMAT, type FederatedResult } from '../federated/result';
import type { FederatedConfig } from '../federated/settings';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { ExperimentConfig } from '../experiment/config';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { methodContents, methodFigures } from './methodContents';
import { METHOD_STUDIES, methodStudy, methodStudyMarkdown, type MethodStudyName } from './methodStudies';
import { resultFigures } from './reportFigures';
import { describeStudy } from './studyReading';
import { testRun } from './testing/run';

/** Made-up results of a preset's runs, stored by another preset. */
function made(name: MethodStudyName, errorOf: (config: ExperimentConfig) => number | undefined): RunResult[] {
  return presetConfigs(findPreset(name)).flatMap((config) => {
    const top1Error = errorOf(config);
    return top1Error === undefined ? [] : [{ ...testRun({ ...config, top1Error, preset: 'none' }), config, id: runId(config) }];
  });
}

/** SGD 60, 61, 62; SAM 3 points lower each, ASAM scattered; nothing else was run. */
const FAMILY = made('family', ({ method, seed }) => ({ sgd: 60 + seed, sam: 57 + seed, asam: [50, 70, 62][seed] })[method as string]);

test('a study finds its runs by their settings, tests them in pairs, and names missing ones', () => {
  const study = methodStudy(FAMILY, 'family');
  assert.deepEqual(study.rows.map(({ method, n }) => [method, n]), [
    ['SGD (no SAM)', 3], ['SAM', 3], ['Multi-step FGSM, T = 2', 0], ['ASAM, ρ = 0.5', 3], ['Sparse SAM, Fisher mask, ρ = 0.1, mask renewed every 2 epochs', 0],
    ['Sparse SAM, dynamic mask, ρ = 0.1, mask renewed every 2 epochs', 0], ['MSAM, ρ = 3', 0], ['LookSAM', 0],
  ]);
  const text = methodStudyMarkdown(study);
  assert.match(text, /^\*\*The reviewed methods beside SGD and SAM — quick runs on a small budget\*\*/);
  assert.match(text, /\| SAM \| 800 \| 10\.00 \| 58\.00 ± 2\.48 \| 5\.80 ± 0\.25 \| −3\.00 ± 0\.00 \| < 0\.001 \| < 0\.001 \| 0\.00 \| \+0\.00 ± 0\.00 \| n = 3, seeds 0, 1, 2 \|/);
  assert.match(text, /\| LookSAM \| – \| – \| not run \| not run \| – \| – \| – \| – \| – \| – \|/);
  assert.match(text, /ResNet-20; seeds 0, 1, 2; 5 epochs/);
});

test('the reading names what the test finds, and no difference that it does not', () => {
  const text = describeStudy(methodStudy(FAMILY, 'family'));
  assert.match(text, /^Paired tests against SGD \(no SAM\), corrected by Holm's procedure for the 2 of this table, find a difference in error at the level of 5 % for SAM \(3\.00 points lower\)\./);
  // Differences of -10, 9 and 0 points: mean -1/3, deviation 9.504, half width 4.303 x 9.504 / sqrt 3. At 2.5 % scipy's non-central t
  // with two degrees of freedom has a power of 80 % at 4.625 deviations.
  assert.match(text, /No difference is found, with .*: ASAM, ρ = 0\.5 \(−23\.94 to \+23\.28 points; could detect 43\.96\)\./);
  assert.doesNotMatch(text, /better than chance/);
  assert.equal(describeStudy(methodStudy([], 'family')), 'Nothing can be said yet: not run.');
});

test('one run a row is an observation; a network that stays at chance is named', () => {
  const all = made('defects', ({ learningRate, method }) => (learningRate === 1 ? 89 : method === 'sgd' ? 60 : 55));
  const runs = all.filter(({ config }) => config.seed === 0).map((run) => ({
    ...run,
    history: run.history.map((record) => ({ ...record, trainTop1Error: run.config.learningRate === 1 ? 88 : 40 })),
  }));
  const study = methodStudy(runs, 'defects');
  assert.ok(study.rows.every(({ n }) => n === 1));
  assert.equal(new Set(study.rows.map(({ method }) => method)).size, presetConfigs(findPreset('defects')).filter(({ seed }) => seed === 0).length);
  const text = describeStudy(study);
  assert.match(text, /One pair of runs each, so observations and no effects: SAM \(5\.00 points lower\)/);
  assert.match(text, /within 5 points of chance \(90 %\): SGD \(no SAM\), batches of 128, learning rate 1 with the original's decay and smoothing; SAM, batches of 128, learning rate 1/);
  assert.doesNotMatch(text, /[Pp]aired test/);
});

function federatedRun(method: FederatedConfig['method'], seed: number, top1Error: number, preset = 'small-real'): FederatedResult {
  return {
    format: FEDERATED_RESULT_FORMAT,
    id: `${method}-${seed}`,
    preset,
    config: { ...DEFAULT_FEDERATED_CONFIG, clients: 2, rounds: 2, method, seed },
    data: { name: 'CIFAR-10', synthetic: false, heldOutImages: 10, testImages: 2000, clientClassCounts: [[300, 200], [100, 400]] },
    status: 'finished',
    history: [1, 2].map((round) => ({
      round, learningRate: 0.1, asked: [0], failed: [], seconds: 1,
      clients: { trainLoss: 1, trainTop1Error: 30, updateNorm: 1, clientDrift: round },
      heldOut: { loss: 1, top1Error: top1Error + round, top5Error: 5 },
    })),
    final: { loss: 1, top1Error, top5Error: 5 },
    seconds: 1,
    gradientEvaluations: method === 'fedavg' ? 100 : 200,
    environment: { samlab: '0', node: '20', tensorflow: '2', processor: 'p', threads: 2 } as unknown as FederatedResult['environment'],
    finishedAt: '',
  };
}

const FEDERATED = [federatedRun('fedsam', 0, 50), federatedRun('fedavg', 0, 52), federatedRun('fedavg', 1, 56), federatedRun('fedsam', 1, 52), federatedRun('fedavg', 2, 1, 'quick')];

test('federated methods are tested against FedAvg of the same seed; quick runs are left out', () => {
  const { federated = '', 'federated-reading': reading = '' } = methodContents([], FEDERATED, {});
  assert.ok(reading.endsWith(' Runs, by seed: FedAvg [0](data/results/federated/fedavg-0.json), [1](data/results/federated/fedavg-1.json); FedSAM [0](data/results/federated/fedsam-0.json), [1](data/results/federated/fedsam-1.json).'), reading);
  assert.match(federated, /\| FedAvg \| 100 \| 30\.00 \| 54\.00 ± 25\.41 .* n = 2, seeds 0, 1 \|/);
  // d = -2 and -4, t = 3 with one degree of freedom: p = 1 - (2 / pi) atan(3) = 0.205.
  assert.match(federated, /\| FedSAM \| 200 .* −3\.00 ± 12\.71 \| 0\.205 \| 0\.205 \|/);
  assert.match(federated, /1,000 training images divided by a Dirichlet distribution of concentration 0\.6, 2,000 test images/);
});

test('figures show only what was run: errors with intervals and cost, federated rounds as means over seeds', () => {
  const figures = methodFigures(FAMILY, FEDERATED);
  assert.deepEqual(Object.keys(figures), ['family-methods', 'fgsm-steps-methods', 'fgsm-clip-methods', 'defects-methods', 'federated-rounds']);
  const [errors, costs] = figures['family-methods']!.data as { x: number[]; y: string[]; error_x?: { array: number[] } }[];
  assert.deepEqual(errors!.x.map((value) => Math.round(value * 100) / 100), [61, 58, 60.67]);
  assert.equal(errors!.error_x!.array[0]!.toFixed(2), '2.48');
  assert.deepEqual(costs!.x, [800, 800, 800]);
  const rounds = figures['federated-rounds']!.data as { name: string; y: number[] }[];
  assert.deepEqual(rounds.map(({ name, y }) => [name, ...y]), [['FedAvg', 55, 56], ['FedAvg', 1, 2], ['FedSAM', 52, 53], ['FedSAM', 1, 2]]);
  assert.deepEqual(methodFigures([], []), {});
  assert.deepEqual(Object.keys(METHOD_STUDIES).map((name) => Object.keys(resultFigures(made('family', () => 50), name)).length), Object.keys(METHOD_STUDIES).map(() => 0));
});

test('a difference with p below 5 % only before the correction is described as such, and a chosen epoch is not tested', () => {
  // Differences of SAM: 2, 3 and 4 points, t = 5.196 with two degrees of freedom, p = 0.035; two more methods are tested.
  const runs = made('defects', ({ method, seed, selection, cutout, batchSize }) =>
    batchSize === 50 && cutout === 0 && (method === 'sgd' ? 60 : method === 'sam' ? (selection === 'last' ? 62 + seed : 50 + 3 * seed) : method === 'asam' ? 60 + [1, -1, 0.1][seed]! : undefined) || undefined);
  const study = methodStudy(runs, 'defects');
  const text = describeStudy(study);
  assert.match(text, /find no difference in error at the level of 5 %\. Below 5 % only before the correction: SAM \(3\.00 points higher, p = 0\.035, corrected p = 0\.070\)\./);
  assert.match(text, /Not tested, since an epoch chosen by its test error is low by construction: SAM, epoch chosen by test error\./);
  assert.match(methodStudyMarkdown(study), /\| SAM, epoch chosen by test error \| 800 \|.*\| −7\.00 \| – \| – \| – \|/);
});

test('notes mention a single draw of images, steps that differ with the batch, and radii not at SAM\'s 2-norm', () => {
  const { notes } = methodStudy(made('defects', () => 60), 'defects');
  const all = notes.join('\n');
  assert.match(all, /All of these runs share one draw of images \(subsetSeed 0\)/);
  // 5 epochs of 1,000 images: 20 batches of 50, or 8 of 128.
  assert.match(all, /A run takes 100 steps in batches of 50, 40 steps in batches of 128, so rows/);
  // ResNet-20 has 272,474 parameters: 0.05 sqrt(d) = 26.1 where the projection holds, twice that where two steps are not projected.
  assert.match(all, /SAM's radius, 0\.05\. .*: Multi-step FGSM, ρ in its own norm, T = 2: 26; Multi-step FGSM, ρ in its own norm, T = 2, steps of ρ, without projection: 52\./);
  const ownDraws = methodStudy(made('family', () => 60).map((run) => ({ ...run, config: { ...run.config, subsetSeed: run.config.seed } })), 'family');
  assert.doesNotMatch(ownDraws.notes.join('\n'), /one draw|A run takes|2-norm/);
});
