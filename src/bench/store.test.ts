import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BENCH_FORMAT } from './result';
import { readableBenchmarks, readBenchmarks } from './store';

void test('the kind of processor is the one that a benchmark says, and for an earlier one that of its name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-bench-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const result = { format: BENCH_FORMAT, processor: 'AMD EPYC', goals: [] };
  writeFileSync(join(folder, 'amd-epyc-9ba634af-tensorflow-2.21.0-2-threads.json'), JSON.stringify(result));
  writeFileSync(join(folder, 'b.json'), JSON.stringify({ ...result, processorDigest: 'dce94353' }));
  assert.deepEqual((await readBenchmarks(folder)).map(({ processorDigest }) => processorDigest), ['9ba634af', 'dce94353']);
});

void test('a benchmark that is damaged is named, and the others can be read without it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-bench-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.json'), '');
  writeFileSync(join(folder, 'b.json'), JSON.stringify({ format: BENCH_FORMAT, processor: 'AMD EPYC', goals: [] }));
  writeFileSync(join(folder, 'c.json'), JSON.stringify({ format: 99, goals: [] }));
  const { benchmarks, problems } = await readableBenchmarks(folder);
  assert.deepEqual(benchmarks.map(({ processor }) => processor), ['AMD EPYC']);
  assert.match(problems.join('\n'), /a\.json is not a stored benchmark \(it is empty\)[^]*c\.json is not a stored benchmark \(.*has format 99, this version reads 1\)/);
  await assert.rejects(readBenchmarks(folder), /a\.json[^]*c\.json/);
});
