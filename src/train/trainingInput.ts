import type { Dataset } from '../data/dataset';
import type { Model } from '../models/model';
import type { PerturbationRule } from '../optim/perturbation';
import type { Stoppable } from '../progress/work';
import type { TrainingProgress } from './progress';
import type { TrainingSettings } from './settings';

/** Where and how often a run saves what it needs to go on. */
export interface CheckpointOptions {
  readonly file: string;
  /** At most one checkpoint in this many seconds, beside the one at a stop. */
  readonly everySeconds: number;
  /** Names the settings of the run; a checkpoint of other settings is refused. */
  readonly fingerprint: string;
}

/** What a training run is made from. */
export interface TrainingInput extends Stoppable {
  readonly model: Model;
  readonly settings: TrainingSettings;
  readonly trainingSet: Dataset;
  /** Evaluated after each tenth of the run, for curves and choices; never the test set, unless to study that defect. */
  readonly heldOut?: Dataset;
  /** Epochs between evaluations of `heldOut`. Default: a tenth of the run. */
  readonly evaluateEvery?: number;
  /** Evaluated at those epochs where the error on `heldOut` is the lowest so far: the result of stopping there. */
  readonly testAtBest?: Dataset;
  /** Evaluated whenever `heldOut` is, by name. */
  readonly alsoEvaluated?: Readonly<Record<string, Dataset>>;
  /** Your own perturbation rule, in place of the one that the settings name; what they build around it stays. */
  readonly rule?: PerturbationRule;
  readonly checkpoint?: CheckpointOptions;
  /** Called after every step; in a notebook a bar shows the same unless this is given. */
  readonly onProgress?: (progress: TrainingProgress) => void;
}
