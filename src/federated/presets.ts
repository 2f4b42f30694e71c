import { didYouMean } from '../command/nearestName';
import { FEDERATED_METHODS, type FederatedConfig } from './settings';

/**
 * The default federated run: Qu et al.'s usual setting on all of CIFAR-10. Of 100 clients 10
 * are asked in each round, which make 5 local epochs in batches of 50; learning rate .1, decayed by .998 a round; alpha .1,
 * rho .1; Dirichlet .6.
 *
 * @source Qu et al. 2022 (arXiv 2206.02618), experiments.
 */
export const DEFAULT_FEDERATED_CONFIG: FederatedConfig = {
  dataset: 'cifar10',
  imagesPerClass: 0,
  heldOutPerClass: 0,
  testImagesPerClass: 0,
  clients: 100,
  partition: 'dirichlet',
  concentration: 0.6,
  subsetSeed: 0,
  model: 'resnet20',
  stem: 'cifar',
  zeroInitResidual: false,
  normalization: 'dataset',
  cropPadding: 4,
  flip: true,
  batchSize: 50,
  momentum: 0,
  weightDecay: 5e-4,
  seed: 0,
  method: 'fedavg',
  rho: 0.1,
  alpha: 0.1,
  activeClients: 10,
  dropOut: 0,
  rounds: 100,
  localEpochs: 5,
  learningRate: 0.1,
  learningRateDecay: 0.998,
  serverLearningRate: 1,
};

/** A named set of federated runs: every method with every seed. */
export interface FederatedPreset {
  readonly name: string;
  readonly description: string;
  /** Whether its runs are no results, so that embedded images may stand in and nothing goes among real results. */
  readonly quick: boolean;
  /** What differs from `DEFAULT_FEDERATED_CONFIG`. */
  readonly changes: Partial<FederatedConfig>;
  readonly seeds: readonly number[];
}

/** All presets. */
export const FEDERATED_PRESETS: readonly FederatedPreset[] = [
  {
    name: 'quick',
    description: 'a minute: four clients share 20 images of each class; proves that everything works, and is no result',
    quick: true,
    changes: { imagesPerClass: 20, heldOutPerClass: 5, testImagesPerClass: 10, clients: 4, activeClients: 3, dropOut: 0.2, rounds: 3, localEpochs: 1, batchSize: 20 },
    seeds: [0],
  },
  {
    name: 'small-real',
    description: 'about a quarter of an hour on one core: ten clients share 100 CIFAR-10 images of each class; whole test set',
    quick: false,
    changes: { imagesPerClass: 100, heldOutPerClass: 20, clients: 10, activeClients: 4, dropOut: 0.1, rounds: 8, localEpochs: 2, batchSize: 25 },
    seeds: [0, 1, 2],
  },
];

/** Finds a preset by name. @throws RangeError that lists the known ones. */
export function findFederatedPreset(name: string): FederatedPreset {
  const preset = FEDERATED_PRESETS.find((candidate) => candidate.name === name);
  if (preset === undefined) {
    const known = FEDERATED_PRESETS.map((one) => one.name);
    throw new RangeError(`findFederatedPreset: there is no preset "${name}"; choose ${known.join(' or ')}${didYouMean(name, known) || '.'}`);
  }
  return preset;
}

/** The runs of a preset: seed by seed, in each the methods one after another. */
export function federatedPresetConfigs({ changes, seeds }: FederatedPreset): FederatedConfig[] {
  return seeds.flatMap((seed) => FEDERATED_METHODS.map((method) => ({ ...DEFAULT_FEDERATED_CONFIG, ...changes, seed, method })));
}
