import type { Dataset } from '../data/dataset';
import type { EpochRecord } from './record';

/** Where a training run stands, reported after every step. */
export interface TrainingProgress {
  /** Which images the network learns from. */
  readonly trainingSet: Pick<Dataset, 'name' | 'synthetic'>;
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Counted from 1 within the epoch. */
  readonly step: number;
  /** Of this epoch: the last one of a run of 9.9 epochs has fewer. */
  readonly stepsPerEpoch: number;
  /** Since the beginning of the run. */
  readonly stepsTaken: number;
  /** Of the whole run. */
  readonly totalSteps: number;
  /** Mean training loss of the epoch so far, in nats. */
  readonly loss: number;
  /** Training error of the epoch so far, in percent. */
  readonly error: number;
  readonly imagesPerSecond: number;
  /** Estimated time left, in seconds. */
  readonly secondsLeft: number;
  /** The epochs before this one. */
  readonly history: readonly EpochRecord[];
}
