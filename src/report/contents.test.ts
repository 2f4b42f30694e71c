import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPreset, presetConfigs } from '../experiment/presets';
import { reportContents } from './contents';
import { testRun } from './testing/run';

void test('the report shows one recipe, says which settings its runs have, and where the others are', () => {
  const [now] = presetConfigs(findPreset('laptop'));
  const earlier = [0, 1].map((seed) => testRun({ top1Error: 60, seed }));
  const present = (seeds: readonly number[]) => seeds.map((seed) => testRun({ ...now!, seed, subsetSeed: seed, top1Error: 50 }));
  const evidence = (runs: Parameters<typeof reportContents>[0]): string => reportContents(runs, {}, { benchmarks: [] })['evidence']!;
  assert.match(evidence([...earlier, ...present([0])]), /^The cells rest on 2 seeds each\..* They were made with earlier settings of the preset; runs with the present ones, of fewer seeds so far, are in the \[appendix\]/);
  assert.match(evidence([...earlier, ...present([0, 1])]), /^The cells rest on 2 seeds each\..* Runs with earlier settings of the preset are in the \[appendix\]/);
  assert.doesNotMatch(evidence(earlier), /appendix/);
  const withSam = [0, 1].map((seed) => testRun({ method: 'sam', top1Error: 58 + seed, seed }));
  // Differences of -2 and -1: a mean of -1.5 and a deviation of 1 / sqrt 2, so t = -3 with one degree of freedom and p = 0.205, twice that beside the test of the losses.
  assert.match(evidence([...earlier, ...withSam, ...present([0, 1])]), /#tables-1-and-2\); there SAM minus SGD is −1\.50 ± 6\.35 points at 100 epochs \(corrected p = 0\.410\)\.$/);

  const { 'table-1': all, 'table-1-short': short } = reportContents([...earlier, ...present([0, 1])], {}, { benchmarks: [] });
  assert.deepEqual([all!, short!].map((text) => text.split('\n').filter((line) => line.startsWith('**Table 1.')).length), [2, 1]);
  assert.match(short!, /\| 50\.00 /);
  assert.doesNotMatch(short!, /\| 60\.00 /);
});
