import type { ExperimentConfig } from './config';

/**
 * The defects of the original's code, each as settings that reproduce it. They can be combined, and added to any
 * configuration: `{ ...DEFAULT_CONFIG, ...PUBLISHED_DEFECTS.asamForm }`.
 */
export const PUBLISHED_DEFECTS = {
  /** Its SAM is ASAM without eta, on all parameters, at SAM's radius: 10 to 40 times too small for it. */
  asamForm: { method: 'asam', asamEta: 0, asamOn: 'all', rho: 0.05 },
  /** Its FGSM takes SAM's radius for each coordinate: a 2-norm of 0.05 sqrt(d). */
  perCoordinateRadius: { method: 'fgsm', radiusIn: 'ownNorm', rho: 0.05 },
  /** Its FGSM steps by the whole radius each time, and its clip has no effect: T steps can go as far as T radii. */
  noProjection: { method: 'fgsm', ascentStepLength: 1, ascentProjection: false },
  /** Both of the above together, without momentum: its FGSM as it ran. */
  fgsmAsItRan: { method: 'fgsm', radiusIn: 'ownNorm', rho: 0.05, ascentMomentum: 0, ascentStepLength: 1, ascentProjection: false },
  /** The SAM paper's settings for ImageNet at batch 4096, at batch 128 and without warm-up. */
  learningRate: { learningRate: 1, weightDecay: 1e-4, labelSmoothing: 0.1, warmupEpochs: 0, batchSize: 128 },
  /** Its error is the lowest test error of all epochs. */
  selectionOnTest: { selection: 'bestOnTest' },
  /** One cutout square for all images of a batch. */
  cutoutPerBatch: { cutout: 16, cutoutPer: 'batch' },
} as const satisfies Readonly<Record<string, Partial<ExperimentConfig>>>;
