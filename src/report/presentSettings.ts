import type { ExperimentConfig } from '../experiment/config';
import { presetConfigs, PRESETS } from '../experiment/presets';
import type { RunResult } from '../experiment/result';

/** Settings in which trials differ from the runs that they decide, and runs of one table from each other. */
const WITHIN: ReadonlySet<keyof ExperimentConfig> = new Set<keyof ExperimentConfig>(['learningRate', 'rho', 'kernels', 'snapshotEvery', 'epochs', 'seed', 'subsetSeed', 'evaluateOn']);

/** Whether a run, or a trial, has the settings that its preset has now; true for runs of no preset. */
export function hasPresentSettings({ preset: name, config }: Pick<RunResult, 'preset' | 'config'>): boolean {
  const preset = PRESETS.find((one) => one.name === name);
  if (preset === undefined) {
    return true;
  }
  const keys = (Object.keys(config) as (keyof ExperimentConfig)[]).filter((key) => !WITHIN.has(key));
  const drawnAlike = preset.subsetPerSeed === true ? config.subsetSeed === config.seed : presetConfigs(preset).some(({ subsetSeed }) => subsetSeed === config.subsetSeed);
  return drawnAlike && presetConfigs(preset).some((now) => keys.every((key) => config[key] === now[key]));
}
