import { z } from 'zod';
import { MODEL_NAMES } from '../models/names';
import { METHODS } from '../train/methodSettings';
import { settingProblems } from '../train/settingProblems';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG } from './defaultConfig';

const count = z.int().min(0);
const share = z.number().min(0).max(1);

/** What each field may be. Written against the interface, so that the compiler keeps the two alike. */
const schema = z.strictObject({
  dataset: z.enum(['cifar10', 'cifar100']),
  imagesPerClass: count,
  heldOutPerClass: count,
  testImagesPerClass: count,
  evaluateOn: z.enum(['test', 'heldOut']),
  selection: z.enum(['last', 'bestOnTest']),
  labelNoise: z.number().min(0).max(1),
  subsetSeed: z.int(),
  model: z.enum(MODEL_NAMES),
  stem: z.enum(['imagenet', 'cifar']),
  zeroInitResidual: z.boolean(),
  normalization: z.enum(['half', 'dataset']),
  cropPadding: count.max(16),
  flip: z.boolean(),
  cutout: count.max(32),
  cutoutPer: z.enum(['image', 'batch']),
  epochs: z.number().positive(),
  batchSize: z.int().min(2),
  method: z.enum(METHODS),
  rho: z.number().min(0),
  radiusIn: z.enum(['twoNorm', 'ownNorm']),
  perturbationNorm: z.union([z.number().min(1), z.literal('infinity')]),
  ascentSteps: z.int().min(1),
  ascentMomentum: z.number().min(0),
  ascentBall: z.enum(['infinity', 'euclidean']),
  ascentStepLength: z.number().min(0),
  ascentProjection: z.boolean(),
  asamEta: z.number().min(0),
  asamScaling: z.enum(['element', 'filter', 'layer']),
  asamOn: z.enum(['weights', 'all']),
  sparsity: share,
  maskAt: z.enum(['beforeNorm', 'afterNorm']),
  maskEpochs: z.int().min(1),
  maskSamples: z.int().min(1),
  dropRate: share,
  lookEvery: z.int().min(1),
  lookAlpha: z.number().min(0),
  perturbationScope: z.enum(['all', 'weights', 'norm', 'noNorm']),
  groupSize: count,
  rhoSchedule: z.enum(['constant', 'rising', 'falling', 'learningRate']),
  perturbationStart: z.union([z.int().min(1), z.literal('decay')]),
  perturbationEnd: count,
  learningRate: z.number().positive(),
  schedule: z.enum(['constant', 'cosine', 'steps', 'warmupStableDecay', 'triangular']),
  warmupEpochs: z.number().min(0),
  decayShare: z.number().positive().max(1),
  momentum: z.number().min(0).lt(1),
  nesterov: z.boolean(),
  weightDecay: z.number().min(0),
  weightDecayOn: z.enum(['all', 'weights']),
  weightDecayIn: z.enum(['step', 'loss']),
  labelSmoothing: z.number().min(0).lt(1),
  cropBorder: z.enum(['zero', 'reflect']),
  flipMode: z.enum(['random', 'alternating']),
  lastBatch: z.enum(['keep', 'drop']),
  testAugmentation: z.enum(['none', 'mirror', 'mirrorAndShift']),
  triangleStart: share,
  trianglePeak: z.number().gt(0).lt(1),
  triangleEnd: share,
  decoupled: z.boolean(),
  biasRate: z.number().min(0),
  normScaleRate: z.number().min(0),
  normShiftRate: z.number().min(0),
  freeze: z.string(),
  lookaheadEvery: count,
  lookaheadKeep: share,
  lookaheadPower: z.number().min(0),
  precision: z.enum(['float32', 'mixed']),
  kernels: z.enum(['measured', 'pinned']),
  snapshotEvery: z.int().min(0),
  seed: z.int(),
}) satisfies z.ZodType<ExperimentConfig>;

/** Names of all settings, in the order in which they are listed. */
export const CONFIG_KEYS = Object.keys(schema.shape) as readonly (keyof ExperimentConfig)[];

/**
 * Checks a configuration.
 *
 * @throws RangeError that lists each unknown key and each value out of range, with what was expected, what came, and the default.
 */
export function validateConfig(config: unknown): ExperimentConfig {
  const checked = schema.safeParse(config);
  if (!checked.success) {
    const problems = settingProblems(checked.error, config, DEFAULT_CONFIG);
    throw new RangeError(`validateConfig: the configuration cannot be run:\n${problems}\nKnown settings: ${CONFIG_KEYS.join(', ')}.`);
  }
  const { warmupEpochs, epochs, evaluateOn, heldOutPerClass, selection, schedule, decoupled, weightDecayIn } = checked.data;
  if (warmupEpochs >= epochs && schedule !== 'triangular') {
    throw new RangeError(`validateConfig: a warm-up of ${warmupEpochs} epochs does not fit into ${epochs} epochs; shorten warmupEpochs.`);
  }
  if (evaluateOn === 'heldOut' && heldOutPerClass === 0) {
    throw new RangeError('validateConfig: evaluateOn "heldOut" needs heldOutPerClass of at least 1, got 0; hold some images out, or evaluate on "test".');
  }
  if (selection === 'bestOnTest' && evaluateOn === 'heldOut') {
    throw new RangeError('validateConfig: selection "bestOnTest" looks at the test set; use it with evaluateOn "test" alone.');
  }
  if (decoupled && weightDecayIn === 'loss') {
    throw new RangeError('validateConfig: decoupled weight decay is the step\'s own, got weightDecayIn "loss"; take "step", or leave decoupled off.');
  }
  checkMethod(checked.data);
  return checked.data;
}

/** What settings of the method demand of each other. */
function checkMethod({ method, batchSize, groupSize, maskSamples, perturbationStart, perturbationEnd, epochs, schedule }: ExperimentConfig): void {
  if (groupSize > 0 && batchSize % groupSize !== 0) {
    throw new RangeError(`validateConfig: groups of m images must divide the batch: groupSize ${groupSize} does not divide batchSize ${batchSize}; choose a divisor of it, or 0 for the whole batch.`);
  }
  if (method === 'ssamF' && maskSamples > (groupSize || batchSize)) {
    throw new RangeError(`validateConfig: maskSamples ${maskSamples} are more images than the ${groupSize || batchSize} that are perturbed together; lower maskSamples, or make ${groupSize ? 'groups' : 'batches'} larger.`);
  }
  if (perturbationStart === 'decay' && schedule !== 'warmupStableDecay') {
    throw new RangeError(`validateConfig: perturbationStart "decay" needs the schedule warmupStableDecay, got ${schedule}; change the schedule, or give the epoch by its number.`);
  }
  const last = perturbationEnd || epochs;
  if (last > epochs || (perturbationStart !== 'decay' && perturbationStart > last)) {
    throw new RangeError(`validateConfig: perturbations from epoch ${perturbationStart} to ${last} do not fit into ${epochs} epochs; choose epochs from 1 to ${epochs}, with perturbationEnd 0 for the last one.`);
  }
}
