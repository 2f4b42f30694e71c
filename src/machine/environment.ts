import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { tensorflowPlatform } from '../engine/binding';
import { PROJECT_ROOT } from '../files/projectRoot';
import { processorDigest, processorName } from './processor';

/** Where a run was made. */
export interface Environment {
  readonly samlab: string;
  readonly node: string;
  readonly tensorflow: string;
  /** The processor's name, as the operating system gives it. */
  readonly processor: string;
  /** Tells apart kinds of processors of the same name; absent from results of versions that did not store it. */
  readonly processorDigest?: string;
  /** The graphics card's name, or null for a run on the processor. */
  readonly gpu: string | null;
  readonly threads: number;
  /** Commit of the code, with "+changes" where the work tree differed from it; null outside a checkout. */
  readonly commit: string | null;
}

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
export function describeEnvironment(): Environment {
  const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string };
  const platform = tensorflowPlatform();
  return {
    samlab: version,
    node: process.version,
    tensorflow: platform.version,
    processor: processorName(),
    processorDigest: processorDigest(),
    gpu: platform.gpu ? output('nvidia-smi', '--query-gpu=name', '--format=csv,noheader') : null,
    threads: availableParallelism(),
    commit: gitCommit(),
  };
}
