import type { TrainingSettings } from '../train/settings';

/** Names of the federated methods. */
export const FEDERATED_METHODS = ['fedavg', 'fedsam', 'mofedsam'] as const;

/** Fields that mean the same in federated and in plain training. */
type SharedSettings = Pick<TrainingSettings, 'model' | 'stem' | 'zeroInitResidual' | 'normalization' | 'cropPadding' | 'flip' | 'batchSize' | 'momentum' | 'weightDecay' | 'seed'>;

/**
 * Everything about a federated training but its data. The clients' optimizer starts over in each round, with a velocity of 0; its
 * `momentum` is 0 in the papers, and with a large one MoFedSAM diverges (see `localOptimizer`).
 */
export interface FederatedSettings extends SharedSettings {
  /** What a client does in a step: the gradient at w (FedAvg), at w + eps (FedSAM), or that mixed with the server's direction (MoFedSAM). */
  readonly method: (typeof FEDERATED_METHODS)[number];
  /** Radius of the perturbation in the 2-norm; read by FedSAM and MoFedSAM. */
  readonly rho: number;
  /** Share of a client's own gradient in MoFedSAM's mixture, in (0, 1]; with 1 it is FedSAM. */
  readonly alpha: number;
  /** Clients that the server asks in a round. */
  readonly activeClients: number;
  /** Probability that a client which was asked does not answer, in [0, 1). */
  readonly dropOut: number;
  /** Rounds: how often the server hands its weights to clients. */
  readonly rounds: number;
  /** Passes of a client over its own images in one round. */
  readonly localEpochs: number;
  /** The clients' learning rate in the first round. */
  readonly learningRate: number;
  /** Factor on the clients' learning rate from one round to the next, in (0, 1]. */
  readonly learningRateDecay: number;
  /** How far the server goes towards the average of its clients; 1 goes all the way. */
  readonly serverLearningRate: number;
}

/** Everything that decides the numbers of one federated run. */
export interface FederatedConfig extends FederatedSettings {
  /** Which data set. */
  readonly dataset: 'cifar10' | 'cifar100';
  /** Training images per class, divided among all clients; 0 takes all that are not held out. */
  readonly imagesPerClass: number;
  /** Images per class that no client gets; the server is measured on them after each round. 0 holds nothing out. */
  readonly heldOutPerClass: number;
  /** Test images per class, looked at once after the last round; 0 takes all. */
  readonly testImagesPerClass: number;
  /** Number of clients, whether asked or not. */
  readonly clients: number;
  /** How images are divided: evenly at random, or by shares of each class from a Dirichlet distribution. */
  readonly partition: 'iid' | 'dirichlet';
  /** Concentration of the Dirichlet distribution: the smaller, the more the clients' classes differ. */
  readonly concentration: number;
  /** Draws the subset, the held-out part and the partition. Kept apart from `seed` so that runs can share their clients. */
  readonly subsetSeed: number;
}

/** The clients' learning rate in a round: learningRate decay^(round - 1). @param round counted from 1. */
export function localLearningRate({ learningRate, learningRateDecay }: Pick<FederatedSettings, 'learningRate' | 'learningRateDecay'>, round: number): number {
  return learningRate * learningRateDecay ** (round - 1);
}
