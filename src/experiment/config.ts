import type { Precision } from '../engine/precision';
import type { TrainingSettings } from '../train/settings';

/** Everything that decides the numbers of one training run. Flat, so that each field is a flag of the command line. */
export interface ExperimentConfig extends TrainingSettings {
  /** Which data set. */
  readonly dataset: 'cifar10' | 'cifar100';
  /** Training images per class, drawn with the run's `subsetSeed`; 0 takes all that are not held out. */
  readonly imagesPerClass: number;
  /** Images per class taken out of the official training set for choices between settings; 0 holds nothing out. */
  readonly heldOutPerClass: number;
  /** Test images per class, drawn with `subsetSeed`; 0 takes all, as every result should. */
  readonly testImagesPerClass: number;
  /** Where the final error is measured: the official test set, or the held-out part when settings are being chosen. */
  readonly evaluateOn: 'test' | 'heldOut';
  /** Which network counts: the last, or the one with the lowest test error along the run, as the original chose it (which is no fair error). */
  readonly selection: 'last' | 'bestOnTest';
  /**
   * Share p of training labels replaced by another class drawn uniformly, in [0, 1]: exactly p of them change. Drawing from all C
   * classes, as others do, changes p (1 - 1 / C).
   */
  readonly labelNoise: number;
  /** Draws the subset, the held-out part and the label noise. Kept apart from `seed` so that runs can share their data. */
  readonly subsetSeed: number;
  /** float32, or bfloat16 for activations and products where the processor has it; weights and sums stay float32. */
  readonly precision: Precision;
  /** Which of several kernels computes a product: the fastest, timed once on this machine, or always the first of its list, so that machines compute alike. */
  readonly kernels: 'measured' | 'pinned';
  /** Epochs between the weights that are kept along training, for pictures of its path; 0 keeps the last alone. */
  readonly snapshotEvery: number;
}
