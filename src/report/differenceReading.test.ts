import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { describeDifferences } from './differenceReading';
import { methodStudy, methodStudyMarkdown } from './methodStudies';
import { testRun } from './testing/run';

/** Made-up runs of SGD and SAM on all images: SAM lower by 1, 2 and 3 points at rho 0.05, by 1 point at 0.1, of which one seed is there. */
function runs(): RunResult[] {
  return presetConfigs(findPreset('fast-radii')).filter(({ seed, rho }) => seed < (rho === 0.1 ? 1 : 3)).map((config) => {
    const gain = config.method === 'sgd' ? 0 : config.rho === 0.05 ? config.seed + 1 : 1;
    return { ...testRun({ ...config, top1Error: 60 + config.seed - gain, preset: 'none' }), config, id: runId(config) };
  });
}

test('each tested difference has its interval, p and detectable difference; a single pair is named without a test', () => {
  const text = describeDifferences(methodStudy(runs(), 'fast-radii'));
  // Differences of 1, 2 and 3 points: half width 4.303 / sqrt 3 = 2.48, t = 3.464 with two degrees of freedom, p = 0.074; scipy's
  // non-central t has a power of 80 % at 3.26 deviations at a level of 5 %.
  assert.equal(text, 'The top-1 error is 61.00 ± 2.48 % with SGD (no SAM) (n = 3). In pairs of the same seed the difference from it is −2.00 ± 2.48 points with SAM, ρ = 0.05 (3 pairs, p = 0.074: no difference found, detectable 3.26). With fewer than two pairs: SAM, ρ = 0.1.');
  assert.equal(describeDifferences(methodStudy([], 'fast-radii')), 'There are no two pairs of runs to compare yet.');
  const diverged = runs().map((run) => (run.config.method === 'sam' && run.config.seed === 2 ? { ...run, status: 'diverged' as const, final: null } : run));
  assert.match(describeDifferences(methodStudy(diverged, 'fast-radii')), /\(2 pairs, .*With runs that diverged: SAM, ρ = 0\.05 \(seeds 2\)\.$/);
});

test('a comparison on all images is not called a small budget', () => {
  const text = methodStudyMarkdown(methodStudy(runs(), 'fast-radii'));
  assert.match(text, /^\*\*SGD and SAM on all of CIFAR-10, fast network\*\*/);
  assert.match(text, /SAM's radii \(ρ = 0\.05, 0\.1\) were stated before the runs/);
  assert.doesNotMatch(text, /small budget|Training this short/);
});
