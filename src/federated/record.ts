import type { Dataset } from '../data/dataset';
import type { Evaluation } from '../train/record';

/** Means over the clients of a round; absent where all of them failed. */
export interface ClientMeans {
  /** Mean of the unperturbed training loss over the images that the clients saw, each at the client's weights of that moment, in nats. */
  readonly trainLoss: number;
  /** Error on those images, in percent. */
  readonly trainTop1Error: number;
  /** 2-norm of the clients' average update, before the server's learning rate. */
  readonly updateNorm: number;
  /** How far the clients end from their average: the root of the weighted mean of the squared 2-norms. */
  readonly clientDrift: number;
}

/** The record of one round. */
export interface RoundRecord {
  /** Counted from 1. */
  readonly round: number;
  /** The clients' learning rate. */
  readonly learningRate: number;
  /** Clients that were asked, numbered from 0. */
  readonly asked: readonly number[];
  /** Those of them that did not answer. */
  readonly failed: readonly number[];
  readonly clients?: ClientMeans;
  /** The server on held-out images after the round, where the run holds some out. */
  readonly heldOut?: Evaluation;
  readonly seconds: number;
}

/** Where a federated training stands, reported after every step of a client. */
export interface FederatedProgress {
  /** Which images the clients learn from. */
  readonly trainingSet: Pick<Dataset, 'name' | 'synthetic'>;
  /** Counted from 1. */
  readonly round: number;
  readonly rounds: number;
  /** Which of the round's answering clients learns now, counted from 1. */
  readonly client: number;
  readonly clients: number;
  /** Steps of all clients so far, and in the whole training. */
  readonly step: number;
  readonly steps: number;
  /** Mean training loss of the round so far, in nats. */
  readonly loss: number;
  /** Training error of the round so far, in percent. */
  readonly error: number;
  readonly imagesPerSecond: number;
  /** Estimated time left, in seconds. */
  readonly secondsLeft: number;
  /** The rounds before this one. */
  readonly history: readonly RoundRecord[];
}
