import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../files/jsonFile';
import { BENCH_FORMAT, type BenchResult } from './result';

/** What every reader of a benchmark relies on. */
const benchShape = z.looseObject({
  format: z.literal(BENCH_FORMAT, { error: ({ input }) => `this file has format ${String(input)}, this version reads ${BENCH_FORMAT}` }),
  goals: z.array(z.looseObject({})),
});

/** Benchmarks that can be read, one a machine, in the order of their names, and what is wrong with the others. */
export interface ReadableBenchmarks {
  readonly benchmarks: readonly BenchResult[];
  /** A line for each file that cannot be read. */
  readonly problems: readonly string[];
}

/** All stored benchmarks that can be read. @param only if given, the names of those that are wanted, without ending. */
export async function readableBenchmarks(folder: string, only?: readonly string[]): Promise<ReadableBenchmarks> {
  const wanted = (name: string): boolean => name.endsWith('.json') && (only?.includes(name.slice(0, -'.json'.length)) ?? true);
  const names = existsSync(folder) ? (await readdir(folder)).filter(wanted).sort() : [];
  const benchmarks: BenchResult[] = [];
  const problems: string[] = [];
  for (const name of names) {
    try {
      const mend = 'run npm run bench again, or move the file away';
      const result = readJsonFile(join(folder, name), { reader: 'readBenchmarks', what: 'a stored benchmark', shape: benchShape, mend }) as unknown as BenchResult;
      // Earlier versions wrote it only into the file's name.
      const processorDigest = result.processorDigest ?? /-([0-9a-f]{8})-tensorflow-/.exec(name)?.[1];
      benchmarks.push({ ...result, ...(processorDigest === undefined ? {} : { processorDigest }) });
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { benchmarks, problems };
}

/** All stored benchmarks. @param only as `readableBenchmarks`. @throws Error that lists every file that is damaged or of another version. */
export async function readBenchmarks(folder: string, only?: readonly string[]): Promise<readonly BenchResult[]> {
  const { benchmarks, problems } = await readableBenchmarks(folder, only);
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  return benchmarks;
}
