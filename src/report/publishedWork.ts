import { join } from 'node:path';
import type { BenchResult } from '../bench/result';
import { readBenchmarks } from '../bench/store';
import { PRESETS, presetConfigs } from '../experiment/presets';
import { readAveragedResults } from '../experiment/repeats';
import type { RunResult } from '../experiment/result';
import { isQuick } from '../experiment/runPreset';
import { runId } from '../experiment/store';
import { FEDERATED_PRESETS } from '../federated/presets';
import type { FederatedResult } from '../federated/result';
import { readFederatedResults } from '../federated/store';
import type { StoredLandscapes } from './landscapeFigures';
import { readMinima, readPaths, readStudies } from './landscapeStudies';

/**
 * The work that REPORT.md, README.md, docs/benchmarks.md, the figures and the notebooks show: presets by their names, landscape studies by their
 * folders below `data/results/landscape`, benchmarks by their files in `data/bench`. To publish a study or benchmark, make it with
 * `--store data` and name it here; what is not named is in no table and no figure, wherever it is stored.
 */
export const PUBLISHED = {
  presets: PRESETS.map(({ name }) => name).filter((name) => !isQuick(name)),
  federatedPresets: FEDERATED_PRESETS.filter(({ quick }) => !quick).map(({ name }) => name),
  studies: [
    'laptop-cifar10', 'laptop-cifar10-minima', 'laptop-cifar10-path', 'laptop-cifar10-seed-1', 'laptop-cifar10-seed-2', 'laptop-cifar10-seed-3', 'laptop-cifar10-seed-4',
    'resnet20-cifar10', 'resnet20-cifar10-seed-1', 'resnet20-cifar10-seed-2',
    'resnet20-cifar10-equal-loss', 'resnet20-cifar10-equal-loss-seed-1', 'resnet20-cifar10-equal-loss-seed-2',
  ],
  benchmarks: ['amd-epyc-cb012f50-tensorflow-2.21.0-2-threads', 'amd-epyc-94c5b93f-tensorflow-2.21.0-2-threads', 'amd-epyc-dce94353-tensorflow-2.21.0-2-threads'],
} as const;

/** Everything of a store that tables and figures are made from. */
export interface StoredWork extends StoredLandscapes {
  /** With the mean of its runs where one was made again. */
  readonly results: readonly RunResult[];
  /** The single runs behind the results that are means. */
  readonly repeated: readonly RunResult[];
  readonly federated: readonly FederatedResult[];
  readonly benchmarks: readonly BenchResult[];
}

/** The stored landscape studies; with names, only those. @throws Error if a file is damaged or of another version. */
export async function readLandscapes(store: string, names?: readonly string[]): Promise<StoredLandscapes> {
  const folder = join(store, 'results', 'landscape');
  return { studies: await readStudies(folder, names), paths: await readPaths(folder, names), minima: await readMinima(folder, names) };
}

/** All work of a store, such as `data/own`. @throws Error if a file is damaged or of another version. */
export async function readWork(store: string): Promise<StoredWork> {
  return {
    ...(await readAveragedResults(join(store, 'results'))),
    federated: await readFederatedResults(join(store, 'results', 'federated')),
    ...(await readLandscapes(store)),
    benchmarks: await readBenchmarks(join(store, 'bench')),
  };
}

/** Runs of published presets by their names: a run may be stored by another preset that shares it, or by a command that gave its settings. */
function publishedRuns(): ReadonlySet<string> {
  return new Set(PRESETS.filter(({ name }) => PUBLISHED.presets.includes(name)).flatMap(presetConfigs).map(runId));
}

/** The work of a store that is named in `PUBLISHED`; other studies and benchmarks are not read. @throws Error if a file is damaged or of another version. */
export async function readPublishedWork(store: string): Promise<StoredWork> {
  const { results, repeated } = await readAveragedResults(join(store, 'results'));
  const federated = await readFederatedResults(join(store, 'results', 'federated'));
  const listed = publishedRuns();
  return {
    results: results.filter(({ preset, id }) => PUBLISHED.presets.includes(preset) || listed.has(id)),
    repeated,
    federated: federated.filter(({ preset }) => PUBLISHED.federatedPresets.includes(preset)),
    ...(await readLandscapes(store, PUBLISHED.studies)),
    benchmarks: await readBenchmarks(join(store, 'bench'), PUBLISHED.benchmarks),
  };
}
