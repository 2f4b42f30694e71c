import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METHOD_NAMES } from '../experiment/methodLabel';
import { findPreset, presetConfigs } from '../experiment/presets';
import { averageRepeats } from '../experiment/repeats';
import { runId } from '../experiment/store';
import { methodStudy } from './methodStudies';
import { shortErrorTable, shortMethodTable } from './shortTables';
import { errorTables } from './tables';
import { testRun } from './testing/run';

const LAPTOP = { preset: 'laptop', dataset: 'cifar10' } as const;

function rowsOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Method'));
}

test('rows of ours and of the original are separate, each seed links to its run, and missing runs are one sentence', () => {
  const runs = [61, 62, 63].map((top1Error, seed) => testRun({ method: 'sam', rho: 0.1, top1Error, top5Error: 10, seed }));
  const text = errorTables(runs, LAPTOP).map((table) => shortErrorTable(table, runs)).join();
  const links = runs.map(({ id }, seed) => `[${seed}](data/results/${id}.json)`).join(', ');
  assert.deepEqual(rowsOf(text), [`| SAM, learning rate 0.1, ρ = 0.1 | 100 | 62.00 ± 2.48 | 10.00 ± 0.00 | 14.50 | 0.70 | ${links} |`]);
  assert.match(text, /\| Ours, 1,000 training images: top-1, % \| ours, top-5, % \| Original, 50,000 training images: top-1, % \| original, top-5, % \|/);
  assert.match(text, /Not run: SGD \(no SAM\) at 100, 200, 400 epochs \(the original: 15\.34, 12\.94, 11\.24 %\); SAM at 200, 400 epochs \(the original: 12\.48, 11\.07 %\)\.$/);
});

test('a run that was made again is linked beside the first, and the caption says that its seed is a mean', () => {
  const stored = [61, 62].map((top1Error, seed) => testRun({ top1Error, seed }));
  const { results } = averageRepeats(stored, [testRun({ top1Error: 65, seed: 1 })]);
  const text = shortErrorTable(errorTables(results, LAPTOP)[0]!, results);
  const [first, second] = stored.map(({ id }) => id);
  assert.ok(rowsOf(text)[0]!.includes(`| 62.25 ± 15.88 |`) && rowsOf(text)[0]!.endsWith(`| [0](data/results/${first!}.json), [1](data/results/${second!}.json) ([again](data/results/repeats/${second!}.json)) |`), rowsOf(text)[0]);
  assert.match(text, /over seeds\. SGD, seed 1: means of 2 runs that differ in rounding alone\.\*/);
});

test('with nothing run there is no table, and the sentence says so', () => {
  const text = shortErrorTable(errorTables([], LAPTOP)[0]!, []);
  assert.deepEqual(rowsOf(text), []);
  assert.match(text, /^\*\*Table 1\..*\n\nNot run: SGD \(no SAM\) at 100, 200, 400 epochs \(the original: .* SAM/);
});

test('runs of another setting are not linked from a row', () => {
  const runs = [testRun({ top1Error: 60, seed: 0 }), testRun({ top1Error: 50, seed: 1, learningRate: 0.4 })];
  const rows = rowsOf(shortErrorTable(errorTables(runs, LAPTOP)[0]!, runs));
  assert.deepEqual(rows.map((row) => [...row.matchAll(/\[(\d)\]/g)].map(([, seed]) => seed)), [['0'], ['1']]);
});

test('a comparison shows the runs with links, and names missing ones', () => {
  const configs = presetConfigs(findPreset('fgsm-steps')).filter(({ method }) => method === 'sgd' || method === 'sam');
  const runs = configs.map((config) => ({ ...testRun({ ...config, top1Error: config.method === 'sgd' ? 70 + config.seed : 71 + 2 * config.seed }), id: runId(config) }));
  const text = shortMethodTable(methodStudy(runs, 'fgsm-steps'));
  const [sgd, sam, ...others] = rowsOf(text);
  assert.equal(others.length, 0);
  // Differences 1, 2 and 3: mean 2, half width 4.3027 / sqrt(3) = 2.48; t = 3.46 with 2 degrees of freedom: p = .074, one test.
  assert.match(sam!, /^\| SAM \| 800 \| 73\.00 ± 4\.97 \| \+2\.00 ± 2\.48 \| 0\.074 \|/);
  assert.ok(sgd!.startsWith(`| ${METHOD_NAMES.sgd} | 800 | 71.00 ± 2.48 | – | – | – | `));
  runs.filter(({ config }) => config.method === 'sam').forEach(({ id, config: { seed } }) => assert.ok(sam!.includes(`[${seed}](data/results/${id}.json)`)));
  assert.match(text, /Not run: Multi-step FGSM, T = 1; Multi-step FGSM, T = 2;/);
});
