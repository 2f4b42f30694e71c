import { defaultsOf } from '../train/setting';
import { CONFIG_SETTINGS, type ExperimentConfig } from './config';

/** The default run: the corrected recipe on all of CIFAR-10. */
export const DEFAULT_CONFIG: ExperimentConfig = defaultsOf(CONFIG_SETTINGS);

/**
 * All settings of a run: those given, and the defaults for the others. A default warm-up that does not fit into the run is
 * shortened to half of it, in whole epochs.
 */
export function withDefaults(changes: Partial<ExperimentConfig>): ExperimentConfig {
  const config = { ...DEFAULT_CONFIG, ...changes };
  return changes.warmupEpochs === undefined && config.warmupEpochs >= config.epochs ? { ...config, warmupEpochs: Math.floor(config.epochs / 2) } : config;
}
