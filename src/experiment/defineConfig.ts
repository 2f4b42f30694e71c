import type { ExperimentConfig } from './config';
import { withDefaults } from './defaultConfig';
import { validateConfig } from './schema';

/**
 * All settings of a run: those given, checked, and the defaults for the others. A constant made with it has the right types: in
 * `const config = { model: 'resnet20' }` TypeScript takes the model for any `string`, which functions of configurations refuse.
 *
 * @param changes what differs from `DEFAULT_CONFIG`; a default warm-up that does not fit into the run is shortened.
 * @throws RangeError that names each setting that is unknown or out of range.
 * @example
 * const config = experiment.defineConfig({ model: 'resnet20', epochs: 4, imagesPerClass: 20 });
 * const { final } = await notebook.trainLive({ ...config, method: 'sam', rho: 0.05 });
 */
export function defineConfig(changes: Partial<ExperimentConfig> = {}): ExperimentConfig {
  return validateConfig(withDefaults(changes));
}
