import type { Environment } from '../machine/environment';
import type { EpochRecord, Evaluation } from '../train/record';
import type { ExperimentConfig } from './config';

export type { EpochRecord, Evaluation } from '../train/record';

/** Where a run was made, and how it was computed. */
export interface RunEnvironment extends Environment {
  /** Which kernel computed what, where there was a choice; absent from results of versions that had no choice. */
  readonly kernels?: Readonly<Record<string, string>>;
}

/** Version of the layout of a stored result. */
export const RESULT_FORMAT = 1;

/** One finished training run, as stored in `data/results/<id>.json`. */
export interface RunResult {
  readonly format: typeof RESULT_FORMAT;
  /** Name of the file: method, model, data set and a hash of the configuration. */
  readonly id: string;
  /** The preset that asked for the run, such as "laptop". */
  readonly preset: string;
  readonly config: ExperimentConfig;
  readonly data: {
    /** "CIFAR-10", or "synthetic-10" where the embedded images stood in for it. */
    readonly name: string;
    readonly synthetic: boolean;
    readonly trainImages: number;
    readonly heldOutImages: number;
    readonly testImages: number;
  };
  readonly status: 'finished' | 'diverged';
  /** Why a run counts as diverged, such as "loss is NaN at epoch 3". */
  readonly divergence?: string;
  readonly history: readonly EpochRecord[];
  /** Measured once, after the last epoch, on `config.evaluateOn`; null for a run that diverged to NaN. */
  readonly final: Evaluation | null;
  /** How many runs of these settings and this seed `final` is the mean of, see `averageRepeats`; absent where it is of this run alone. Never in a file. */
  readonly averagedOver?: number;
  /** Wall time of training and evaluation, in seconds, over all parts of a resumed run. */
  readonly seconds: number;
  /** Gradients of a batch's loss that were computed: one a step for SGD, two for SAM. */
  readonly gradientEvaluations: number;
  readonly environment: RunEnvironment;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}
