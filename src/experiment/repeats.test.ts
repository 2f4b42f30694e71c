import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FINISHED_RUN } from '../testing/finishedRun';
import { DEFAULT_CONFIG } from './presets';
import { averageRepeats, readAveragedResults } from './repeats';
import { RESULT_FORMAT, type RunResult } from './result';

function run(id: string, loss: number, top1Error: number, top5Error: number): RunResult {
  const data = { name: 'CIFAR-10', synthetic: false, trainImages: 1000, heldOutImages: 0, testImages: 10000 };
  return { ...FINISHED_RUN, format: RESULT_FORMAT, id, config: DEFAULT_CONFIG, data, final: { loss, top1Error, top5Error } };
}

const STORED = [run('a', 1, 60, 10), run('b', 1, 61, 10)];
const AGAIN: RunResult = { ...run('a', 3, 64, 12), seconds: 7, gradientEvaluations: 7 };

test('a run that was made again counts once, with the mean of its final numbers and the history of the stored one', () => {
  const { results, repeated } = averageRepeats(STORED, [AGAIN]);
  assert.deepEqual(results, [{ ...STORED[0], final: { loss: 2, top1Error: 62, top5Error: 11 }, averagedOver: 2 }, STORED[1]]);
  assert.deepEqual(repeated, [STORED[0], AGAIN]);
});

test('repeats of other runs, diverged repeats and repeats of a diverged run change nothing', () => {
  const diverged: RunResult = { ...run('a', 9, 90, 50), status: 'diverged' };
  for (const [stored, repeats] of [[STORED, []], [STORED, [run('c', 1, 5, 1)]], [STORED, [diverged]], [[diverged], [AGAIN]], [[{ ...STORED[0]!, final: null }], [AGAIN]]] as const) {
    assert.deepEqual(averageRepeats(stored, repeats), { results: stored, repeated: [] });
  }
});

test('repeats are read from a folder beside the results; without one, results are as they are', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-repeats-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, result: object): void => writeFileSync(join(folder, name), JSON.stringify(result));
  write(`${STORED[0]!.id}.json`, STORED[0]!);
  assert.deepEqual((await readAveragedResults(folder)).results.map(({ final, averagedOver }) => [final!.top1Error, averagedOver]), [[60, undefined]]);
  mkdirSync(join(folder, 'repeats'));
  write(join('repeats', `${STORED[0]!.id}.json`), AGAIN);
  const { results, repeated } = await readAveragedResults(folder);
  assert.deepEqual([results.length, results[0]!.final!.top1Error, repeated.length], [1, 62, 2]);
});
