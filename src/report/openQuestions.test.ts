import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { architecturesMarkdown, costsOfMethodsMarkdown, schedulesMarkdown } from './openQuestions';
import { testRun, type TestRun } from './testing/run';

/** Three seeds of SGD at 60, 61 and 62 %, and of SAM lower by the given points. */
function pair(changes: Partial<TestRun>, differences: readonly [number, number, number], sam: Partial<TestRun> = {}): RunResult[] {
  return differences.flatMap((difference, seed) => [
    testRun({ ...changes, seed, subsetSeed: seed, top1Error: 60 + seed }), testRun({ ...changes, ...sam, method: 'sam', seed, subsetSeed: seed, top1Error: 60 + seed + difference }),
  ]);
}

test('each network has its own paired difference, with the tests of all as one family', () => {
  const fast = { preset: 'fast-sgd-sam', model: 'fast', epochs: 9.9, learningRate: 9.5 } as const;
  const text = architecturesMarkdown([...pair({}, [-2, -3, -4]), ...pair(fast, [-1, 0, 1], { perturbationScope: 'noNorm' })]);
  // Differences of 2, 3 and 4 points have p = 0.035, which counts twice beside one more test.
  assert.match(text, /\| CIFAR-10 \| ResNet-50, ImageNet stem, 100 epochs \| `laptop` \| −3\.00 ± 2\.48 \| 0\.035 \| 0\.070 \| 4\.62 \| 3 \|/);
  assert.match(text, /\| CIFAR-10 \| fast network, 9\.9 epochs, settings from trials \| `fast-sgd-sam` \| \+0\.00 ± 2\.48 \| 1\.000 \| 1\.000 \| 4\.62 \| 3 \|/);
  assert.match(text, /\| CIFAR-100 \| ResNet-50, ImageNet stem, 100 epochs \| `laptop` \| not run \| – \| – \| – \| – \|/);
  assert.match(text, /for the 2 of this table/);
});

test('each radius of the fast network without trials is a network of its own, beside the same SGD runs', () => {
  const runs = presetConfigs(findPreset('fast-radii')).filter(({ seed }) => seed < 3).map((config): RunResult => {
    const gain = config.method === 'sgd' ? 0 : config.rho === 0.05 ? [1, 2, 3][config.seed]! : [2, 2, 2][config.seed]!;
    return { ...testRun({ ...config, top1Error: 60 + config.seed - gain, preset: 'fast' }), config, id: runId(config) };
  });
  const text = architecturesMarkdown(runs);
  assert.match(text, /fast network, 9\.9 epochs, ρ = 0\.05, no trials \| `fast-radii` \| −2\.00 ± 2\.48 \|/);
  assert.match(text, /fast network, 9\.9 epochs, ρ = 0\.1, no trials \| `fast-radii` \| −2\.00 ± 0\.00 \|/);
  assert.match(text, /settings from trials \| `fast-sgd-sam` \| not run/);
});

test('runs of two recipes are not paired with each other: the one with more pairs counts', () => {
  const old = pair({ warmupEpochs: 5 }, [-2, -3, -4]);
  const [sgd] = pair({ warmupEpochs: 10 }, [-50, 0, 0]);
  assert.match(architecturesMarkdown([sgd!, ...old]), /`laptop` \| −3\.00 ± 2\.48 \|/);
  const [now] = presetConfigs(findPreset('laptop'));
  const present = pair(now!, [-1, 0, 1]);
  assert.match(architecturesMarkdown([...old, ...present]), /`laptop` \| \+0\.00 ± 2\.48 \|/);
});

test('costs are beside errors, separately for each machine, and contradictory times are reported', () => {
  const runs = presetConfigs(findPreset('family')).flatMap((config) =>
    config.method === 'sgd' || config.method === 'lookSam'
      ? [{ ...testRun({ ...config, top1Error: config.method === 'sgd' ? 60 : 59, preset: 'none' }), config, id: runId(config), gradientEvaluations: config.method === 'sgd' ? 100 : 120, seconds: config.method === 'sgd' ? 60 : 90 }]
      : [],
  );
  const mixed = runs.map((run) => (run.config.seed === 0 && run.config.method === 'sgd' ? { ...run, seconds: 240, environment: { ...run.environment, threads: 1 } } : run));
  const text = costsOfMethodsMarkdown(mixed);
  assert.match(text, /\| SGD \(no SAM\) \| 100 \| 4\.0 \(test, 1 thread\); 1\.0 \(test, 2 threads\) \| 60\.00 \| – \| – \| – \| – \| – \|/);
  assert.match(text, /\| LookSAM \| 120 \| 1\.5 \(test, 2 threads\) \| 59\.00 \| −1\.00 ± 0\.00 \|/);
  assert.doesNotMatch(text, /Some runs of fewer gradients/);
  assert.match(costsOfMethodsMarkdown(runs.map((run) => (run.config.method === 'sgd' ? { ...run, seconds: 240 } : run))), /Some runs with fewer gradients took longer/);
  assert.match(text, /\*\*Gradients and time beside error, fast network\*\*: not run\./);
});

test('schedules are compared with a constant radius, as far as they are run', () => {
  assert.match(schedulesMarkdown([]), /is not run\.$/);
  const runs = [0, 1, 2].flatMap((seed) => (['constant', 'rising'] as const).map((rhoSchedule) => testRun({ preset: 'fast-family', method: 'sam', rhoSchedule, seed, top1Error: 60 + seed + (rhoSchedule === 'rising' ? 2 + seed : 0) })));
  const text = schedulesMarkdown(runs);
  assert.match(text, /\| rising \| \+3\.00 ± 2\.48 \| 0\.035 \| 0\.035 \| 3\.26 \| 3 \|/);
  assert.match(text, /\| falling \| not run \| – \| – \| – \| – \|/);
});
