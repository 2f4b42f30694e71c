import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { tensorflowPlatform } from '../engine/binding';
import type { RunEnvironment } from './result';

/** The project's folder. */
export const PROJECT_ROOT = join(__dirname, '..', '..');

function output(command: string, ...parameters: readonly string[]): string | null {
  try {
    return execFileSync(command, parameters, { cwd: PROJECT_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** The commit, and whether code differs from it; results and figures that a run writes do not count. */
function gitCommit(): string | null {
  const commit = output('git', 'rev-parse', '--short=12', 'HEAD');
  const changes = output('git', 'status', '--porcelain', '--', 'src', 'package.json', 'package-lock.json');
  return commit === null ? null : commit + (changes === '' ? '' : '+changes');
}

/** Describes the machine and the versions that a run is made with. */
export function describeEnvironment(): RunEnvironment {
  const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string };
  const platform = tensorflowPlatform();
  return {
    samlab: version,
    node: process.version,
    tensorflow: platform.version,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    gpu: platform.gpu ? output('nvidia-smi', '--query-gpu=name', '--format=csv,noheader') : null,
    threads: availableParallelism(),
    commit: gitCommit(),
  };
}
