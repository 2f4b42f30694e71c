import { z } from 'zod';
import { methodOf } from '../train/methods';
import { checksOf } from '../train/setting';
import { settingProblems } from '../train/settingProblems';
import { CONFIG_SETTINGS, type ExperimentConfig } from './config';
import { DEFAULT_CONFIG } from './defaultConfig';

/** What each field may be, regardless of the others. */
export const configShape = z.strictObject(checksOf(CONFIG_SETTINGS)) satisfies z.ZodType<ExperimentConfig>;

/**
 * Checks a configuration.
 *
 * @throws RangeError that lists each unknown key and each value out of range, with what was expected, what came, and the default.
 */
export function validateConfig(config: unknown): ExperimentConfig {
  const checked = configShape.safeParse(config);
  if (!checked.success) {
    const problems = settingProblems(checked.error, config, DEFAULT_CONFIG);
    throw new RangeError(`validateConfig: the configuration cannot be run:\n${problems}`);
  }
  const { warmupEpochs, epochs, evaluateOn, heldOutPerClass, selection, schedule, decoupled, weightDecayIn, optimizer } = checked.data;
  if (warmupEpochs >= epochs && schedule !== 'triangular') {
    throw new RangeError(`validateConfig: a warm-up of ${warmupEpochs} epochs does not fit into ${epochs} epochs; shorten warmupEpochs.`);
  }
  if (evaluateOn === 'heldOut' && heldOutPerClass === 0) {
    throw new RangeError('validateConfig: evaluateOn "heldOut" needs heldOutPerClass of at least 1, got 0; hold some images out, or evaluate on "test".');
  }
  if (selection === 'bestOnTest' && evaluateOn === 'heldOut') {
    throw new RangeError('validateConfig: selection "bestOnTest" looks at the test set; use it only with evaluateOn "test".');
  }
  if (selection === 'bestOnTest' && heldOutPerClass > 0) {
    throw new RangeError(`validateConfig: selection "bestOnTest" never looks at held-out images, got heldOutPerClass ${heldOutPerClass}; hold none out, or take selection "last".`);
  }
  if (decoupled && weightDecayIn === 'loss') {
    throw new RangeError('validateConfig: decoupled weight decay is a part of the step, got weightDecayIn "loss"; take "step", or leave decoupled off.');
  }
  if (decoupled && optimizer !== 'sgd') {
    throw new RangeError(`validateConfig: decoupled rates are worked out from SGD's momentum, got optimizer "${optimizer}"; leave decoupled off, for AdamW's decay is separate from the gradient anyway.`);
  }
  checkMethod(checked.data);
  return checked.data;
}

/** Checks settings of the method that depend on each other. */
function checkMethod(config: ExperimentConfig): void {
  const { method, batchSize, groupSize, perturbationStart, perturbationEnd, epochs, schedule } = config;
  if (groupSize > 0 && batchSize % groupSize !== 0) {
    throw new RangeError(`validateConfig: groups of m images must divide the batch: groupSize ${groupSize} does not divide batchSize ${batchSize}; choose a divisor of it, or 0 for the whole batch.`);
  }
  const problem = methodOf(method).problem?.(config, { images: groupSize || batchSize, of: groupSize ? 'groups' : 'batches' });
  if (problem !== undefined) {
    throw new RangeError(`validateConfig: ${problem}`);
  }
  if (perturbationStart === 'decay' && schedule !== 'warmupStableDecay') {
    throw new RangeError(`validateConfig: perturbationStart "decay" needs the schedule warmupStableDecay, got ${schedule}; change the schedule, or give the epoch by its number.`);
  }
  const last = perturbationEnd || epochs;
  if (last > epochs || (perturbationStart !== 'decay' && perturbationStart > last)) {
    throw new RangeError(`validateConfig: perturbations from epoch ${perturbationStart} to ${last} do not fit into ${epochs} epochs; choose epochs from 1 to ${epochs}, with perturbationEnd 0 for the last one.`);
  }
}
