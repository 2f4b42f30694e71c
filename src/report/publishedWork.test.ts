import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { BENCH_FORMAT, type BenchResult } from '../bench/result';
import { writeSamples } from '../landscape/surface/store';
import { DATA } from '../files/stores';
import { PUBLISHED, readPublishedWork, readWork } from './publishedWork';
import { regenerateOwnReport, regenerateReport } from './regenerate';
import { testRun } from './testing/run';
import { testStudy } from './testing/study';

const BENCHMARK: BenchResult = {
  format: BENCH_FORMAT, processor: "A user's processor", gpu: null, threads: 2, versions: { samlab: '0', node: '20', tensorflow: '2', pytorch: '3' }, commit: null,
  finishedAt: '2026-01-02T03:04:05Z', repeats: 3, ceiling: { samlab: 100, pytorch: 90 }, comparisons: [], scaling: [], goals: [{ name: 'a ratio', goal: '<= 0.80', value: 0.81, met: false }],
};

async function write(file: string, content: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(content));
}

/** Leaves a run, a study and a benchmark in a store, under these names. */
async function fillStore(store: string, run: RunResult, study: string, benchmark: string): Promise<void> {
  const { settings, modelName, data, nets } = testStudy();
  await write(join(store, 'results', `${run.preset}.json`), run);
  await write(join(store, 'results', 'landscape', study, 'study.json'), { settings, modelName, data });
  writeSamples(join(store, 'results', 'landscape', study, 'slice-sgd.json'), nets[0].slice!);
  writeSamples(join(store, 'results', 'landscape', study, 'slice-sam.json'), nets[1].slice!);
  await write(join(store, 'bench', `${benchmark}.json`), BENCHMARK);
}

async function emptyProject(context: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'samlab-published-'));
  context.after(() => rm(root, { recursive: true }));
  return root;
}

test('every study and benchmark that is named is there', async () => {
  const { studies, paths, minima, benchmarks } = await readPublishedWork(DATA);
  assert.deepEqual([...studies, ...paths, ...minima].map(({ name }) => name).sort(), [...PUBLISHED.studies].sort());
  assert.equal(benchmarks.length, PUBLISHED.benchmarks.length);
});

test('results that are not listed are not published, even in the same folder, nor are damaged ones', async (context) => {
  const data = join(await emptyProject(context), 'data');
  await fillStore(data, testRun({ top1Error: 60 }), PUBLISHED.studies[0], PUBLISHED.benchmarks[0]);
  await fillStore(data, testRun({ top1Error: 50, preset: 'none', rho: 0.123 }), 'tiny2', 'my-machine');
  await writeFile(join(data, 'results', 'landscape', 'tiny2', 'study.json'), '{');
  const { results, studies, benchmarks } = await readPublishedWork(data);
  assert.deepEqual([results.map(({ preset }) => preset), studies.map(({ name }) => name), benchmarks.length], [['laptop'], [PUBLISHED.studies[0]], 1]);
  await assert.rejects(readWork(data), /tiny2.study\.json is not JSON/);
});

test('a run of a published preset is published whichever preset or command stored it', async (context) => {
  const data = join(await emptyProject(context), 'data');
  const config = presetConfigs(findPreset('precision')).find(({ precision }) => precision === 'mixed')!;
  const run = { ...testRun({ top1Error: 60, preset: 'none' }), config, id: runId(config) };
  await write(join(data, 'results', `${run.id}.json`), run);
  assert.deepEqual((await readPublishedWork(data)).results.map(({ id }) => id), [run.id]);
});

test("a user's own work changes no document of the project, and has a report and figures of its own", async (context) => {
  const root = await emptyProject(context);
  const template = ['landscape-figures', 'bench-goals', 'table-1'].map((name) => `<!-- begin ${name} -->\n<!-- end ${name} -->\n`).join('\n');
  await writeFile(join(root, 'REPORT.md'), template);
  await regenerateReport(root, 'laptop');
  const before = await readFile(join(root, 'REPORT.md'), 'utf8');

  const own = join(root, 'data', 'own');
  await fillStore(own, testRun({ top1Error: 61.25, preset: 'none', method: 'asam', rho: 0.5, weightDecay: 0.001 }), 'tiny2', 'my-machine');
  await fillStore(own, testRun({ top1Error: 58, preset: 'mine' }), 'tiny2', 'my-machine');
  await regenerateReport(root, 'laptop');
  assert.equal(await readFile(join(root, 'REPORT.md'), 'utf8'), before);

  assert.equal(await regenerateOwnReport(root), join(own, 'REPORT.md'));
  const text = await readFile(join(own, 'REPORT.md'), 'utf8');
  assert.match(text, /\| single runs \| CIFAR-10, 1,000 for training \| ResNet-50, ImageNet stem \| ASAM, ρ = 0\.5 \| .*weightDecay 0\.001.* \| 100 \| 10\.00 \| 10,000 test images \| 61\.25 \|/);
  assert.match(text, /\| mine \| .*SGD \(no SAM\).* 58\.00 \|/);
  assert.match(text, /Goals, A user's processor/);
  for (const name of ['landscape-tiny2-slices', 'none-cifar10-training-100-epochs', 'mine-cifar10-training-100-epochs']) {
    assert.ok(text.includes(`(figures/${name}.svg)`) && existsSync(join(own, 'figures', `${name}.svg`)), name);
  }
  assert.ok(!existsSync(join(root, 'figures')));
});
