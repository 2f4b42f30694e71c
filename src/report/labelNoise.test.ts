import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentConfig } from '../experiment/config';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { EpochRecord, RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { NOISE_PRESET, noiseFigures, noiseMarkdown, noiseNotRun, noiseRecords, noiseStudies, readNoise } from './labelNoise';
import { methodContents } from './methodContents';
import { resultFigures } from './reportFigures';
import { testRun } from './testing/run';

/** Held-out errors of four epochs, of which the second is the lowest. */
const HELD_OUT = [60, 40, 50, 45];

/** Made-up runs of the preset: wrong labels are learned from 100 % to `wrong` %, the test error is `last` at the end and `best` at the best epoch. */
function made(errorsOf: (config: ExperimentConfig) => { readonly wrong: number; readonly last: number; readonly best: number } | undefined): RunResult[] {
  return presetConfigs(findPreset(NOISE_PRESET)).flatMap((config) => {
    const errors = errorsOf(config);
    if (errors === undefined) {
      return [];
    }
    const evaluation = (top1Error: number) => ({ loss: top1Error / 10, top1Error, top5Error: 1 });
    const history = HELD_OUT.map((heldOut, index): EpochRecord => ({
      epoch: index + 1, learningRate: 0.1, trainLoss: 1, trainTop1Error: 30, seconds: 1, heldOut: evaluation(heldOut),
      alsoEvaluated: { wrongLabels: evaluation(100 - ((100 - errors.wrong) * index) / 3), rightLabels: evaluation(30 - 10 * index) },
      ...(index < 2 ? { testAtBest: evaluation(index === 1 ? errors.best : 99) } : {}),
    }));
    return [{ ...testRun({ ...config, top1Error: errors.last, preset: NOISE_PRESET }), config, id: runId(config), history }];
  });
}

/** 40 % noise: SGD learns the wrong labels; SAM of rho 0.1 is 6 points better at the end, by 5.9 to 6.1, and 1 point at the best epoch, by -3 to 5. */
const RUNS = made(({ labelNoise, method, rho, seed }) => {
  if (labelNoise !== 0.4 || (method !== 'sgd' && !(method === 'sam' && rho === 0.1))) {
    return undefined;
  }
  return method === 'sgd' ? { wrong: 2, last: 46 + seed, best: 40 } : { wrong: 57, last: 40 + seed + [0.1, 0, -0.1][seed]!, best: 39 + [4, 0, -4][seed]! };
});

test('each method has a row after the last epoch and at the best held-out one, with the errors of just that epoch', () => {
  const [study, ...others] = noiseStudies(RUNS);
  assert.deepEqual([others, study!.labelNoise], [[], 0.4]);
  const records = noiseRecords(study!);
  const pick = (method: string) => records.filter((record) => record.method === method).map(({ epoch, wrong, right, test: error, difference }) => [epoch, wrong, right, error, difference]);
  assert.deepEqual(pick('SGD (no SAM)'), [['last, 4', '2.0', '0.0', '47.00 ± 2.48', '–'], ['best held-out, 2', '67.3', '20.0', '40.00 ± 0.00', '–']]);
  assert.deepEqual(pick('SAM, ρ = 0.1').map((row) => [row[0], row[1], row[4]]), [['last, 4', '57.0', '−6.00 ± 0.25'], ['best held-out, 2', '85.7', '−1.00 ± 9.94']]);
  assert.deepEqual(pick('SAM, ρ = 0.2'), [['–', '–', '–', 'not run', '–'], ['–', '–', '–', 'not run', '–']]);
  assert.match(study!.caption, /40 % of labels wrong/);
});

test('the tests of both moments are one family', () => {
  const [study] = noiseStudies(RUNS);
  const tested = study!.rows.filter(({ pValue }) => pValue !== null);
  assert.deepEqual(tested.map(({ moment }) => moment), ['last', 'bestHeldOut']);
  assert.ok(study!.rows.every(({ tests }) => tests === 2));
  assert.equal(tested[0]!.adjustedPValue, 2 * tested[0]!.pValue!);
  assert.equal(tested[1]!.adjustedPValue, tested[1]!.pValue);
  assert.match(noiseMarkdown(study!), /for the 2 tests of this table/);
});

test('the reading says whether SGD learns the wrong labels, and what the tests find at both moments', () => {
  const text = readNoise(noiseStudies(RUNS)[0]!);
  // Differences of -6.1, -6 and -5.9, and of -5, -1 and 3 points, with t = 4.3027 for a 95 % interval of three.
  assert.match(text, /^With 40 % wrong labels the error on them is 2\.0 % with SGD at the end, .* % with SAM, ρ = 0\.1: SGD memorises them\. After the last epoch the test error is .* % with SGD; lower by 6\.00 ± 0\.25 points with SAM, ρ = 0\.1 \(p < 0\.001\)\. At the best held-out epoch the test error is .* % with SGD; lower by 1\.00 ± 9\.94 points with SAM, ρ = 0\.1 \(p = 0\.\d+, no difference found, detectable .*\)\. Each p is corrected by Holm's procedure for the 2 tests of both\.$/);
  const unlearned = noiseStudies(made(({ labelNoise, method }) => (labelNoise === 0.2 && method === 'sgd' ? { wrong: 78, last: 50, best: 50 } : undefined)));
  assert.match(readNoise(unlearned[0]!), /With 20 % wrong labels the error on them is 78\.0 % with SGD at the end: SGD does not memorise them/);
  // The last two epochs, which are not the best so far.
  const withoutBest = RUNS.map((run) => ({ ...run, history: run.history.slice(2) }));
  assert.doesNotMatch(readNoise(noiseStudies(withoutBest)[0]!), /At the best held-out epoch/);
  const without = noiseStudies(RUNS.filter(({ config }) => config.method !== 'sgd'));
  assert.equal(readNoise(without[0]!), 'With 40 % wrong labels: SGD is not run, so that nothing is compared.');
});

test('missing runs are named in one sentence, which is all there is without any run', () => {
  assert.equal(noiseNotRun(noiseStudies(RUNS)), 'Not run: training on wrong labels, 40 % with SAM, ρ = 0.2; SAM, ρ = 0.4; SANER, ρ = 0.1, α rising over 10 epochs; MSAM, ρ = 3; LookSAM, ρ = 0.1; 20 %; 60 % (fast network without whitening, preset `label-noise`).');
  const contents = methodContents([], [], {});
  assert.equal(contents['label-noise-reading'], 'Not run.');
  assert.equal(contents['label-noise-not-run'], 'Not run: training on wrong labels, 40 %; 20 %; 60 % (fast network without whitening, preset `label-noise`).');
  assert.deepEqual([contents['label-noise'], contents['label-noise-figures']], ['', '']);
  assert.equal(noiseNotRun(noiseStudies(made(() => ({ wrong: 2, last: 46, best: 40 })))), '');
});

test('the figure has a line of each method in three panels, of the errors on wrong, right and held-out labels', () => {
  const figures = noiseFigures(RUNS);
  assert.deepEqual(Object.keys(figures), ['label-noise-40-percent']);
  const traces = figures['label-noise-40-percent']!.data as { name?: string; xaxis?: string; y: number[]; fill?: string }[];
  const lines = traces.filter(({ fill }) => fill === undefined);
  assert.deepEqual(lines.map(({ name, xaxis }) => `${name} ${xaxis}`), ['SGD (no SAM) x', 'SGD (no SAM) x2', 'SGD (no SAM) x3', 'SAM, ρ = 0.1 x', 'SAM, ρ = 0.1 x2', 'SAM, ρ = 0.1 x3']);
  assert.deepEqual(lines.slice(0, 3).map(({ y }) => y.map(Math.round)), [[100, 67, 35, 2], [30, 20, 10, 0], HELD_OUT]);
  assert.equal(traces.filter(({ fill }) => fill === 'toself').length, 6);
  // Table 1 and its figures do not use them.
  assert.deepEqual(resultFigures(RUNS, NOISE_PRESET), {});
  assert.deepEqual(noiseFigures([]), {});
});

test('settings of one method differ in their dashes', () => {
  const runs = made(({ labelNoise }) => (labelNoise === 0.4 ? { wrong: 2, last: 46, best: 40 } : undefined));
  const traces = noiseFigures(runs)['label-noise-40-percent']!.data as { name?: string; xaxis?: string; line: { dash: string; color: string } }[];
  const sam = traces.filter(({ name, xaxis }) => name?.startsWith('SAM,') && xaxis === 'x');
  assert.equal(new Set(sam.map(({ line }) => line.dash)).size, 3);
  assert.equal(new Set(sam.map(({ line }) => line.color)).size, 1);
});
