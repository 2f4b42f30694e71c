import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../files/atomicFile';
import { readJsonFile } from '../files/jsonFile';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG } from './presets';
import { RESULT_FORMAT, type RunResult } from './result';
import { unnamedSettings } from './idleSettings';

/**
 * The fields that identify a run. Fields at their default are left out, so that a setting that later versions
 * add renames no stored run, and so are fields that the method or model does not read.
 */
function decidingFields(config: ExperimentConfig): [string, unknown][] {
  const unnamed = unnamedSettings(config);
  return Object.entries(config)
    .filter(([key, value]) => !unnamed.has(key as keyof ExperimentConfig) && value !== DEFAULT_CONFIG[key as keyof ExperimentConfig])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Hash of all that decides a run's numbers: 8 hexadecimal digits. */
export function configHash(config: ExperimentConfig): string {
  return createHash('sha256').update(JSON.stringify(decidingFields(config))).digest('hex').slice(0, 8);
}

/** Name of a run: readable, and different for different configurations. */
export function runId(config: ExperimentConfig): string {
  const { dataset, model, method, epochs, seed, evaluateOn } = config;
  const purpose = evaluateOn === 'heldOut' ? 'tuning-' : '';
  return `${purpose}${dataset}-${model}-${method}-${epochs}-epochs-seed-${seed}-${configHash(config)}`;
}

/** Where a run's result is, or would be. */
export function resultFile(folder: string, config: ExperimentConfig): string {
  return join(folder, `${runId(config)}.json`);
}

/** Stores a result, whole or not at all. @throws Error if the disk is full or the folder cannot be written; what was stored stays. */
export async function writeResult(folder: string, result: RunResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    writeAtomically(resultFile(folder, result.config), [Buffer.from(`${JSON.stringify(result, null, 1)}\n`)]);
  } catch (error) {
    throw new Error(`writeResult: could not store ${result.id} in ${folder}: ${(error as Error).message}. Make room or choose another folder; what was stored is unharmed.`, {
      cause: error,
    });
  }
}

/** What every reader of a result relies on; the rest is as the version that wrote it left it. */
export const resultShape = z.looseObject({
  format: z.literal(RESULT_FORMAT, { error: ({ input }) => `this file has format ${String(input)}, this version reads ${RESULT_FORMAT}` }),
  config: z.looseObject({}),
  data: z.looseObject({ name: z.string(), synthetic: z.boolean() }),
  status: z.enum(['finished', 'diverged']),
  history: z.array(z.looseObject({})),
  final: z.looseObject({}).nullable(),
  seconds: z.number(),
});

function readResultFile(file: string): RunResult {
  const mend = 'restore it from version control, or move it away and run that configuration again';
  const stored = readJsonFile(file, { reader: 'readResults', what: 'a stored result', shape: resultShape, mend }) as unknown as RunResult;
  // Settings that were added after the run had their default then, and kernels were pinned.
  const earlier: ExperimentConfig = { ...DEFAULT_CONFIG, kernels: 'pinned' };
  return { ...endOf(stored), config: { ...earlier, ...stored.config } };
}

/** The result; it has diverged if its final loss was not finite, which JSON stores as null and earlier versions called finished. */
function endOf(stored: RunResult): RunResult {
  return stored.final && !Number.isFinite(stored.final.loss) ? { ...stored, status: 'diverged', divergence: 'the final loss was not finite', final: null } : stored;
}

/** The stored result of a configuration, if there is one. @throws Error if its file is damaged or of another version. */
// eslint-disable-next-line @typescript-eslint/require-await -- so that a damaged file rejects the promise
export async function findResult(folder: string, config: ExperimentConfig): Promise<RunResult | undefined> {
  const file = resultFile(folder, config);
  return existsSync(file) ? readResultFile(file) : undefined;
}

/** What is wrong with the stored result of a configuration; undefined if it can be read, or there is none. */
export function storedProblem(folder: string, config: ExperimentConfig): Promise<string | undefined> {
  return findResult(folder, config).then(() => undefined, (error: unknown) => (error as Error).message);
}

/** Results that can be read, and what is wrong with the others. */
export interface ReadableResults {
  readonly results: readonly RunResult[];
  /** A line for each file that cannot be read. */
  readonly problems: readonly string[];
}

/** All stored results that can be read, in the order of their names. */
export async function readableResults(folder: string): Promise<ReadableResults> {
  const names = existsSync(folder) ? (await readdir(folder)).filter((file) => file.endsWith('.json')).sort() : [];
  const results: RunResult[] = [];
  const problems: string[] = [];
  for (const name of names) {
    try {
      results.push(readResultFile(join(folder, name)));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { results, problems };
}

/** All stored results, in the order of their names. @throws Error that lists every file that is damaged or of another version. */
export async function readResults(folder: string): Promise<readonly RunResult[]> {
  const { results, problems } = await readableResults(folder);
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  return results;
}
