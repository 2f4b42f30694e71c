import type { Normalization } from '../../data/normalization';
import type { Precision } from '../../engine/precision';
import type { ModelName } from '../../models/names';
import type { BatchNormMode } from '../operator';

/** The settings of networks' training that a probe needs. */
export interface TrainedSettings {
  readonly model: ModelName;
  /** Not read by ResNet-20, 32 and 56. */
  readonly stem: 'imagenet' | 'cifar';
  readonly dataset: 'cifar10' | 'cifar100';
  /** How the networks' images were normalised. */
  readonly normalization: Normalization;
  /** The part of the training set that the networks learned from: images per class (0: all), held out first, drawn with this seed. */
  readonly imagesPerClass: number;
  readonly heldOutPerClass: number;
  readonly subsetSeed: number;
  /** Share of its labels that were replaced by other classes, drawn with the same seed; default: 0. */
  readonly labelNoise?: number;
}

/** What is measured of two trained networks, and on which images. Stored beside the numbers; captions are made from it. */
export interface StudySettings extends TrainedSettings {
  /** How the two networks are called, such as "SGD" and "SAM". */
  readonly labels: readonly [string, string];
  /** Names of their weights files, without folder and ending. */
  readonly weights: readonly [string, string];
  /** Whether the network with the lower loss is taken from the epoch at which its loss was nearest to the other's; absent where both are final weights. */
  readonly atEqualLoss?: true;

  /** Training images per class that surfaces, curvature and similarity are measured on. */
  readonly probedPerClass: number;
  /** Test images per class for the paths between the networks; 0 takes all. */
  readonly testPerClass: number;
  /** Of slices and planes. Paths between the networks always re-estimate, since neither network's statistics fit there. */
  readonly batchNorm: BatchNormMode;
  /** Of slices, planes and paths. Curvature, sharpness and similarity are always measured in float32. */
  readonly precision: Precision;
  /** Whether kernels were TensorFlow's own or the fastest of a table, which round differently. */
  readonly kernels: 'pinned' | 'measured';
  /** Of random directions, probes, and places on the curve. */
  readonly seed: number;
  /** Places of a slice. */
  readonly slicePoints: number;
  /** Places of a plane along each direction. */
  readonly gridPoints: number;
  /** The planes reach to where the mean loss over the rim is this many times the centre's, for both networks. */
  readonly rimMultiple: number;
  /** Places of the straight line between the networks. */
  readonly interpolationPoints: number;
  /** Steps of training of the curve between the networks. */
  readonly curveSteps: number;
  readonly curveLearningRate: number;
  /** Largest eigenvalues of the Hessian. */
  readonly eigenvalues: number;
  /** Most products for them; as many vectors of the networks' size are kept in memory. */
  readonly eigenvalueProducts: number;
  /** Products with the Hessian for its trace, at most. */
  readonly traceProducts: number;
  /** Random start vectors of the spectral density, and products from each. */
  readonly densityProbes: number;
  readonly densitySteps: number;
  /** Radius of the balls of sharpness in the 2-norm, and of those scaled by the weights. */
  readonly rho: number;
  readonly adaptiveRho: number;
  /** Gradients of each ascent in a ball, and how many ascents from seeds of their own. */
  readonly ascentSteps: number;
  readonly ascentSeeds: number;
  /** Images in each group of m-sharpness; it must divide their number. */
  readonly groupImages: number;
}

/** How a study measures, for any networks. */
export type ProbeSettings = Omit<StudySettings, keyof TrainedSettings | 'labels' | 'weights' | 'atEqualLoss'>;

/** A study of ResNet-50 on two cores takes well under an hour. */
export const STUDY_DEFAULTS: ProbeSettings = {
  probedPerClass: 50,
  testPerClass: 100,
  batchNorm: 'frozen',
  precision: 'float32',
  kernels: 'pinned',
  seed: 0,
  slicePoints: 51,
  gridPoints: 25,
  rimMultiple: 100,
  interpolationPoints: 41,
  curveSteps: 80,
  curveLearningRate: 0.02,
  eigenvalues: 5,
  eigenvalueProducts: 40,
  traceProducts: 60,
  densityProbes: 2,
  densitySteps: 30,
  rho: 0.05,
  adaptiveRho: 0.5,
  ascentSteps: 10,
  ascentSeeds: 3,
  groupImages: 50,
};

/** The description of a study in `study.json`: all that captions need. */
export interface StudyRecord {
  readonly settings: StudySettings;
  readonly modelName: string;
  readonly data: { readonly name: string; readonly synthetic: boolean; readonly trainingImages: number; readonly probedImages: number; readonly testImages: number };
}

/** A network's label as part of a file name. */
export function labelName(label: string): string {
  return label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
