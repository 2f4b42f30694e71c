import type { Evaluation } from '../train/record';
import type { Environment } from '../machine/environment';
import type { RoundRecord } from './record';
import type { FederatedConfig } from './settings';

/** Version of the layout of a stored federated result. */
export const FEDERATED_RESULT_FORMAT = 1;

/** One finished federated run, as stored in `<results>/<id>.json`. */
export interface FederatedResult {
  readonly format: typeof FEDERATED_RESULT_FORMAT;
  /** Name of the file: data set, model, method and a hash of the configuration. */
  readonly id: string;
  /** The preset that asked for the run, or "none". */
  readonly preset: string;
  readonly config: FederatedConfig;
  readonly data: {
    /** "CIFAR-10", or "synthetic-10" where the embedded images stood in for it. */
    readonly name: string;
    readonly synthetic: boolean;
    readonly heldOutImages: number;
    readonly testImages: number;
    /** Images of each class that each client has: [clients][classes]. */
    readonly clientClassCounts: readonly (readonly number[])[];
  };
  readonly status: 'finished' | 'diverged';
  /** Why a run counts as diverged. */
  readonly divergence?: string;
  readonly history: readonly RoundRecord[];
  /** The server on the test images, measured once after the last round; null for a run that diverged. */
  readonly final: Evaluation | null;
  /** Wall time of training and evaluation, in seconds, over all parts of a resumed run. */
  readonly seconds: number;
  /** Gradients of a batch's loss that the answering clients computed: one a step for FedAvg, two for the others. */
  readonly gradientEvaluations: number;
  readonly environment: Environment;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}
