import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../models/atomicFile';
import { READ_BY } from '../train/methodSettings';
import { unreadRecipeSettings } from '../train/recipeSettings';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG } from './presets';
import { RESULT_FORMAT, type RunResult } from './result';

/**
 * What sets a run apart: fields at their default are left out, so that a setting that later versions
 * add renames no stored run, and so are fields that the method or model does not read.
 */
function decidingFields(config: ExperimentConfig): [string, unknown][] {
  // Kernels differ in rounding alone, and which were used stands in the result; snapshots change nothing.
  const ignored = new Set<string>(['kernels', 'snapshotEvery', ...Object.entries(READ_BY).flatMap(([key, methods]) => (methods.includes(config.method) ? [] : [key])), ...unreadRecipeSettings(config)]);
  if (['resnet20', 'resnet32', 'resnet56', 'fast'].includes(config.model)) {
    ignored.add('stem');
  }
  if (config.schedule !== 'warmupStableDecay') {
    ignored.add('decayShare');
  }
  if (config.cutout === 0) {
    ignored.add('cutoutPer');
  }
  if (config.weightDecay === 0) {
    ignored.add('weightDecayIn');
  }
  return Object.entries(config)
    .filter(([key, value]) => !ignored.has(key) && value !== DEFAULT_CONFIG[key as keyof ExperimentConfig])
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

async function readResultFile(file: string): Promise<RunResult> {
  let parsed: Partial<RunResult>;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8')) as Partial<RunResult>;
  } catch (error) {
    throw new Error(`readResults: ${file} is not JSON (${(error as Error).message}); restore it from version control, or delete it and run that configuration again.`, {
      cause: error,
    });
  }
  if (parsed.format !== RESULT_FORMAT || parsed.config === undefined || parsed.history === undefined) {
    throw new Error(
      `readResults: ${file} has format ${parsed.format ?? 'unknown'}, this version reads ${RESULT_FORMAT}; move it away, or use the version of samlab that wrote it.`,
    );
  }
  // Settings that came after the run was made had no other value then; there was one list of kernels.
  const earlier: ExperimentConfig = { ...DEFAULT_CONFIG, kernels: 'pinned' };
  return { ...parsed, config: { ...earlier, ...parsed.config } } as RunResult;
}

/** The stored result of a configuration, if there is one. @throws Error if its file is damaged or of another version. */
export async function findResult(folder: string, config: ExperimentConfig): Promise<RunResult | undefined> {
  const file = resultFile(folder, config);
  return existsSync(file) ? readResultFile(file) : undefined;
}

/** All stored results, in the order of their names. @throws Error if a file is damaged or of another version. */
export async function readResults(folder: string): Promise<readonly RunResult[]> {
  if (!existsSync(folder)) {
    return [];
  }
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(files.map((file) => readResultFile(join(folder, file))));
}
