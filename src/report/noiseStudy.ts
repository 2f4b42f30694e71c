import type { ComparisonRow } from '../experiment/comparisonRows';
import type { ExperimentConfig } from '../experiment/config';
import type { RunResult } from '../experiment/result';

/** When a run is judged: after its last epoch, or at the epoch with the lowest held-out error. */
export type Moment = 'last' | 'bestHeldOut';

/** Errors of one method at one share of wrong labels and one moment, over its seeds; in percent. */
export interface NoiseRow extends ComparisonRow {
  readonly moment: Moment;
  /** Smallest and largest epoch of the moment over the runs; null without runs. */
  readonly fromEpoch: number | null;
  readonly toEpoch: number | null;
  /** Mean error on training images whose labels are wrong, against these labels: 0 where all are memorised. */
  readonly wrongLabelError: number | null;
  /** The same on those whose labels are right. */
  readonly rightLabelError: number | null;
}

/** The stored runs of training on one share of wrong labels. */
export interface NoiseStudy {
  readonly dataset: ExperimentConfig['dataset'];
  /** Share of labels that were replaced. */
  readonly labelNoise: number;
  readonly title: string;
  readonly caption: string;
  /** Each method after the last epoch, then each at the best held-out epoch. */
  readonly rows: readonly NoiseRow[];
  /** The finished runs by method, in the preset's order. */
  readonly curves: readonly { readonly method: ExperimentConfig['method']; readonly label: string; readonly runs: readonly RunResult[] }[];
  readonly notes: readonly string[];
}
