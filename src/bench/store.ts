import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BENCH_FORMAT, type BenchResult } from './result';

/** All stored benchmarks, one a machine, in the order of their names. @param only if given, the names of those that are wanted, without ending. @throws Error if a file is damaged or of another version. */
export async function readBenchmarks(folder: string, only?: readonly string[]): Promise<readonly BenchResult[]> {
  if (!existsSync(folder)) {
    return [];
  }
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json') && (only?.includes(name.slice(0, -'.json'.length)) ?? true)).sort();
  return Promise.all(
    files.map(async (name) => {
      const file = join(folder, name);
      const result = JSON.parse(await readFile(file, 'utf8')) as Partial<BenchResult>;
      if (result.format !== BENCH_FORMAT || result.goals === undefined) {
        throw new Error(`readBenchmarks: ${file} has format ${result.format ?? 'unknown'}, this version reads ${BENCH_FORMAT}; run npm run bench again, or move the file away.`);
      }
      // Earlier versions wrote it into the file's name alone.
      const processorDigest = result.processorDigest ?? /-([0-9a-f]{8})-tensorflow-/.exec(name)?.[1];
      return { ...(result as BenchResult), ...(processorDigest === undefined ? {} : { processorDigest }) };
    }),
  );
}
