import { z } from 'zod';
import { MODEL_NAMES } from '../models/names';
import type { ExperimentConfig } from './config';

const count = z.int().min(0);

/** What each field may be. Written against the interface, so that the compiler keeps the two alike. */
const schema = z.strictObject({
  dataset: z.enum(['cifar10', 'cifar100']),
  imagesPerClass: count,
  heldOutPerClass: count,
  testImagesPerClass: count,
  evaluateOn: z.enum(['test', 'heldOut']),
  labelNoise: z.number().min(0).max(1),
  subsetSeed: z.int(),
  model: z.enum(MODEL_NAMES),
  stem: z.enum(['imagenet', 'cifar']),
  zeroInitResidual: z.boolean(),
  normalization: z.enum(['half', 'dataset']),
  cropPadding: count.max(16),
  flip: z.boolean(),
  cutout: count.max(32),
  epochs: z.int().min(1),
  batchSize: z.int().min(2),
  method: z.enum(['sgd', 'sam']),
  rho: z.number().min(0),
  learningRate: z.number().positive(),
  schedule: z.enum(['constant', 'cosine', 'steps', 'warmupStableDecay']),
  warmupEpochs: z.number().min(0),
  momentum: z.number().min(0).lt(1),
  nesterov: z.boolean(),
  weightDecay: z.number().min(0),
  weightDecayOn: z.enum(['all', 'weights']),
  labelSmoothing: z.number().min(0).lt(1),
  seed: z.int(),
}) satisfies z.ZodType<ExperimentConfig>;

/** Names of all settings, in the order in which they are listed. */
export const CONFIG_KEYS = Object.keys(schema.shape) as readonly (keyof ExperimentConfig)[];

/**
 * Checks a configuration.
 *
 * @throws RangeError that lists each unknown key and each value out of range, with what was expected.
 */
export function validateConfig(config: unknown): ExperimentConfig {
  const checked = schema.safeParse(config);
  if (!checked.success) {
    const problems = checked.error.issues.map(({ path, message }) => `  ${path.join('.') || 'configuration'}: ${message}`);
    throw new RangeError(`validateConfig: the configuration cannot be run:\n${problems.join('\n')}\nKnown settings: ${CONFIG_KEYS.join(', ')}.`);
  }
  const { warmupEpochs, epochs, evaluateOn, heldOutPerClass } = checked.data;
  if (warmupEpochs >= epochs) {
    throw new RangeError(`validateConfig: a warm-up of ${warmupEpochs} epochs does not fit into ${epochs} epochs; shorten warmupEpochs.`);
  }
  if (evaluateOn === 'heldOut' && heldOutPerClass === 0) {
    throw new RangeError('validateConfig: evaluateOn "heldOut" needs heldOutPerClass of at least 1.');
  }
  return checked.data;
}
