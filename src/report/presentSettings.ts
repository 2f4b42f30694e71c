import type { ExperimentConfig } from '../experiment/config';
import { presetConfigs, PRESETS } from '../experiment/presets';
import type { RunResult } from '../experiment/result';

/** Settings that trials choose, or that decide no numbers. */
export const CHOSEN: ReadonlySet<keyof ExperimentConfig> = new Set<keyof ExperimentConfig>(['learningRate', 'rho', 'kernels', 'snapshotEvery']);

/** Settings in which trials may differ from the runs whose settings they choose, and runs of one table from each other. */
const WITHIN: ReadonlySet<keyof ExperimentConfig> = new Set<keyof ExperimentConfig>([...CHOSEN, 'epochs', 'seed', 'subsetSeed', 'evaluateOn']);

/** Whether a run or trial has the current settings of its preset; true for runs without a preset. */
export function hasPresentSettings({ preset: name, config }: Pick<RunResult, 'preset' | 'config'>): boolean {
  const preset = PRESETS.find((one) => one.name === name);
  if (preset === undefined) {
    return true;
  }
  const keys = (Object.keys(config) as (keyof ExperimentConfig)[]).filter((key) => !WITHIN.has(key));
  const drawnAlike = preset.subsetPerSeed === true ? config.subsetSeed === config.seed : presetConfigs(preset).some(({ subsetSeed }) => subsetSeed === config.subsetSeed);
  return drawnAlike && presetConfigs(preset).some((now) => keys.every((key) => config[key] === now[key]));
}
