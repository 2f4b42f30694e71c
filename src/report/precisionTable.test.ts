import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { precisionMarkdown } from './precisionTable';

function run(precision: 'float32' | 'mixed', seed: number, top1Error: number, trainLoss: number): RunResult {
  const config = presetConfigs(findPreset('precision')).find((one) => one.precision === precision && one.seed === seed)!;
  return {
    format: 1,
    id: runId(config),
    preset: seed === 0 ? 'family' : 'precision',
    config,
    data: { name: 'CIFAR-10', synthetic: false, trainImages: 10, heldOutImages: 0, testImages: 10 },
    status: 'finished',
    history: [{ epoch: 1, learningRate: 0.1, trainLoss, trainTop1Error: 50, seconds: 1 }],
    final: { loss: 1, top1Error, top5Error: 5 },
    seconds: 1,
    gradientEvaluations: 1,
    environment: { samlab: '0', node: 'v20', tensorflow: '2', processor: 'p', gpu: null, threads: 2, commit: null },
    finishedAt: '2026-01-01T00:00:00.000Z',
  };
}

test('means by precision, and the paired difference with its interval by hand', () => {
  const results = [run('float32', 0, 50, 1), run('float32', 1, 52, 1.5), run('mixed', 0, 51, 1.25), run('mixed', 1, 52, 1.25)];
  const table = precisionMarkdown(results);
  // Two values a and b: half width t(0.975, 1) |a - b| / 2, t = 12.706.
  assert.match(table, /\| float32 \| 51\.00 ± 12\.71 \| 1\.25 ± 3\.18 \| 2 \|/);
  assert.match(table, /\| mixed .* \| 51\.50 ± 6\.35 \| 1\.25 ± 0\.00 \| 2 \|/);
  assert.match(table, /The error is 0\.50 points higher in mixed precision, over 2 pairs of the same seed \(95 % interval of the difference ± 6\.35\): no difference beyond the noise between seeds; could detect (\d+\.\d\d) points/);
});

test('a difference beyond the noise is called one', () => {
  const results = [0, 1].flatMap((seed) => [run('float32', seed, 50, 1), run('mixed', seed, 53 + 0.01 * seed, 1)]);
  assert.match(precisionMarkdown(results), /more than the noise between seeds\.$/);
});

test('without both precisions there is no text', () => {
  assert.equal(precisionMarkdown([]), 'Not run.');
  assert.equal(precisionMarkdown([run('mixed', 0, 50, 1)]), 'Not run.');
});
