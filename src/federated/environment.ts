import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { tensorflowPlatform } from '../engine/binding';

/** The project's folder. */
export const PROJECT_ROOT = join(__dirname, '..', '..');

/** Where a federated run was made. */
export interface FederatedEnvironment {
  readonly samlab: string;
  readonly node: string;
  readonly tensorflow: string;
  /** The processor's name, as the operating system gives it. */
  readonly processor: string;
  /** Whether TensorFlow ran on a graphics card. */
  readonly gpu: boolean;
  readonly threads: number;
  /** Commit of the code, or null outside a checkout. */
  readonly commit: string | null;
}

function commit(): string | null {
  try {
    return execFileSync('git', ['describe', '--always', '--abbrev=12', '--dirty=+changes'], { cwd: PROJECT_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** Describes the machine and the versions that a run is made with. */
export function federatedEnvironment(): FederatedEnvironment {
  const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string };
  const platform = tensorflowPlatform();
  return {
    samlab: version,
    node: process.version,
    tensorflow: platform.version,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    gpu: platform.gpu,
    threads: availableParallelism(),
    commit: commit(),
  };
}
