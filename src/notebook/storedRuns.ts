import type { ExperimentConfig } from '../experiment/config';
import { experimentFolders } from '../experiment/folders';
import { findPreset, presetConfigs } from '../experiment/presets';
import { readAveragedResults } from '../experiment/repeats';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';

/** What is stored of a preset. */
export interface StoredRuns {
  /** In the preset's order. */
  readonly runs: readonly RunResult[];
  /** Runs of the preset that nobody has made yet. */
  readonly missing: readonly ExperimentConfig[];
  /** "63 of 63 runs of the preset label-noise are stored.", and how to make those that are not. */
  readonly state: string;
}

/**
 * The stored runs of a preset. They are found by their settings, for presets share some; where trials choose learning rate and
 * radius, by all other settings.
 *
 * @param folder of the results; default: the project's own.
 * @throws RangeError for an unknown preset; Error if a stored file is damaged or of another version.
 * @example
 * const { runs, state } = await notebook.storedRuns('label-noise');
 */
export async function storedRuns(preset: string, folder = experimentFolders('real').results): Promise<StoredRuns> {
  const { tuning } = findPreset(preset);
  const configs = presetConfigs(findPreset(preset));
  const { results } = await readAveragedResults(folder);
  const ofPreset = results.filter((result) => result.preset === preset);
  const stored = new Map(results.map((result) => [result.id, result]));
  const found = configs.map((config) => (tuning ? ofPreset.find((result) => isTuned(result, config)) : stored.get(runId(config))));
  const runs = found.filter((result) => result !== undefined);
  const missing = configs.filter((_, index) => found[index] === undefined);
  return { runs, missing, state: stateOf(preset, runs.length, missing.length) };
}

function stateOf(preset: string, stored: number, missing: number): string {
  const command = `\`npm run experiment -- --preset ${preset}\` makes them`;
  if (stored === 0) {
    return `None of the ${missing} runs of the preset ${preset} is stored yet; ${command}.`;
  }
  const summary = `${stored} of ${stored + missing} runs of the preset ${preset} ${stored === 1 ? 'is' : 'are'} stored`;
  return missing === 0 ? `${summary}.` : `${summary}. The others are not run; ${command}.`;
}

/** Whether a run is that of a preset's configuration, with settings of its own in place of those that trials choose. */
function isTuned(result: RunResult, config: ExperimentConfig): boolean {
  const { learningRate, rho, perturbationScope } = config;
  return runId({ ...result.config, learningRate, rho, perturbationScope }) === runId(config);
}
