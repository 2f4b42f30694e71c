import { z } from 'zod';
import { MODEL_NAMES } from '../models/names';
import { ASAM_ON, DEFAULT_METHOD, METHODS } from './methodSettings';
import { settingProblems } from './settingProblems';
import type { TrainingSettings } from './settings';

const count = z.int().min(0);
const share = z.number().min(0).max(1);

/** What each setting of a training may be. No text, list or truth value passes for a number. */
export const TRAINING_SHAPE = {
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
  ascentBound: z.number().min(0),
  asamEta: z.number().min(0),
  asamScaling: z.enum(['element', 'filter', 'layer']),
  asamOn: z.enum(ASAM_ON),
  sparsity: share,
  maskAt: z.enum(['beforeNorm', 'afterNorm']),
  maskEpochs: z.int().min(1),
  maskSamples: z.int().min(1),
  dropRate: share,
  lookEvery: z.int().min(1),
  lookAlpha: z.number().min(0),
  gsamAlpha: z.number().min(0),
  wsamGamma: z.number().min(0).lt(1),
  wsamDecoupled: z.boolean(),
  friendlySigma: z.number().min(0),
  friendlyLambda: z.number().min(0).lt(1),
  sanerAlpha: share,
  sanerRampEpochs: count,
  perturbationScope: z.enum(['all', 'weights', 'norm', 'noNorm']),
  groupSize: count,
  rhoSchedule: z.enum(['constant', 'rising', 'falling', 'learningRate']),
  perturbationStart: z.union([z.int().min(1), z.literal('decay')]),
  perturbationEnd: count,
  learningRate: z.number().positive(),
  schedule: z.enum(['constant', 'cosine', 'steps', 'warmupStableDecay', 'triangular']),
  warmupEpochs: z.number().min(0),
  decayShare: z.number().positive().max(1),
  optimizer: z.enum(['sgd', 'adamw']),
  momentum: z.number().min(0).lt(1),
  nesterov: z.boolean(),
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  adamEpsilon: z.number().positive(),
  clipNorm: z.number().min(0),
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
  seed: z.int(),
};

/** Written against the interface, so that the compiler keeps the two alike. A configuration holds the settings and more, which is ignored. */
const schema = z.object(TRAINING_SHAPE) satisfies z.ZodType<TrainingSettings>;

/** Checks settings. @throws RangeError that lists each that is out of range, with what was expected and what came. */
export function checkTrainingSettings(caller: string, settings: unknown): void {
  const checked = schema.safeParse(settings);
  if (!checked.success) {
    throw new RangeError(`${caller}: these settings cannot be run:\n${settingProblems(checked.error, settings, DEFAULT_METHOD)}`);
  }
}
