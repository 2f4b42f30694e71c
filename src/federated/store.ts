import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../files/atomicFile';
import { DEFAULT_FEDERATED_CONFIG } from './presets';
import { FEDERATED_RESULT_FORMAT, type FederatedResult } from './result';
import { validateFederatedConfig } from './schema';
import type { FederatedConfig } from './settings';

/** Fields that have no effect, given the others. */
function ignoredFields({ method, partition, model }: FederatedConfig): readonly (keyof FederatedConfig)[] {
  return [
    ...(method === 'fedavg' ? (['rho'] as const) : []),
    ...(method === 'mofedsam' ? [] : (['alpha'] as const)),
    ...(partition === 'iid' ? (['concentration'] as const) : []),
    ...(['resnet20', 'resnet32', 'resnet56'].includes(model) ? (['stem'] as const) : []),
  ];
}

/**
 * Hash of all that decides a run's numbers: 8 hexadecimal digits. Fields at their default are left out, so that a
 * setting that later versions add renames no stored run.
 */
export function federatedHash(config: FederatedConfig): string {
  const ignored: readonly string[] = ignoredFields(config);
  const fields = Object.entries(config)
    .filter(([key, value]) => !ignored.includes(key) && value !== DEFAULT_FEDERATED_CONFIG[key as keyof FederatedConfig])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 8);
}

/** Name of a run: readable, and different for different configurations. */
export function federatedId(config: FederatedConfig): string {
  const { dataset, model, method, clients, rounds, seed } = config;
  return `${dataset}-${model}-${method}-${clients}-clients-${rounds}-rounds-seed-${seed}-${federatedHash(config)}`;
}

/** Where a run's result is, or would be. */
export function federatedResultFile(folder: string, config: FederatedConfig): string {
  return join(folder, `${federatedId(config)}.json`);
}

/** Stores a result, whole or not at all. @throws Error if the disk is full or the folder cannot be written; what was stored stays. */
export async function writeFederatedResult(folder: string, result: FederatedResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  writeAtomically(federatedResultFile(folder, result.config), [Buffer.from(`${JSON.stringify(result, null, 1)}\n`)]);
}

async function readResultFile(file: string): Promise<FederatedResult> {
  let parsed: Partial<FederatedResult>;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8')) as Partial<FederatedResult>;
  } catch (error) {
    throw new Error(`readFederatedResults: ${file} is not JSON (${(error as Error).message}); restore it from version control, or delete it and run that configuration again.`, {
      cause: error,
    });
  }
  if (parsed.format !== FEDERATED_RESULT_FORMAT || parsed.history === undefined) {
    throw new Error(
      `readFederatedResults: ${file} has format ${parsed.format ?? 'unknown'}, this version reads ${FEDERATED_RESULT_FORMAT}; move it away, or use the version of samlab that wrote it.`,
    );
  }
  try {
    // A run from before a setting was added was made with that setting's default.
    const config = validateFederatedConfig({ ...DEFAULT_FEDERATED_CONFIG, ...parsed.config });
    return { ...(parsed as FederatedResult), config };
  } catch (error) {
    throw new Error(`readFederatedResults: ${file} holds settings that this version does not know; move it away. ${(error as Error).message}`, { cause: error });
  }
}

/** The stored result of a configuration, if there is one. @throws Error if its file is damaged or of another version. */
export async function findFederatedResult(folder: string, config: FederatedConfig): Promise<FederatedResult | undefined> {
  const file = federatedResultFile(folder, config);
  return existsSync(file) ? readResultFile(file) : undefined;
}

/** All stored federated results, in the order of their names. @throws Error if a file is damaged or of another version. */
export async function readFederatedResults(folder: string): Promise<readonly FederatedResult[]> {
  if (!existsSync(folder)) {
    return [];
  }
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(files.map((file) => readResultFile(join(folder, file))));
}
